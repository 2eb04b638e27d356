using System.Runtime.CompilerServices;

namespace OrleansTemporal.Import;

/// <summary>Reads one JSON value from each line; empty lines are passed over.</summary>
internal sealed class NdjsonRowReader(InputWindow window)
{
    public async IAsyncEnumerable<ImportRow> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            var length = window.Span.IndexOf((byte)'\n');
            if (length < 0 && !window.IsLast)
            {
                await window.ReadMoreAsync(cancellationToken);
                continue;
            }

            var line = window.Line;
            var text = length < 0 ? window.Memory : window.Memory[..length];
            var row = text.Span.Trim(" \t\r"u8).ToArray();
            window.Take(length < 0 ? text.Length : length + 1);
            if (row.Length > 0)
                yield return new ImportRow(line, row, null);
            if (length < 0)
                yield break;
        }
    }
}
