using System.Collections.Immutable;
using OrleansTemporal.Errors;
using OrleansTemporal.Targets;
using OrleansTemporal.Vectors;

namespace OrleansTemporal.Import;

/// <summary>Writes the vectors of rows in batches; memory holds no more than one.</summary>
internal sealed class VectorImporter(ITarget target, string collection, VectorFields fields, ImportReport report)
{
    private const int BatchCountMax = 1_000;
    private const int BatchBytesMax = 4 << 20;

    private readonly List<(long Line, VectorOperation Operation)> batch = [];
    private long batchBytes;

    /// <summary>Runs to the end of the rows. What a broken file held before the break is written nevertheless.</summary>
    public async Task RunAsync(IAsyncEnumerable<ImportRow> rows, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var row in rows.WithCancellation(cancellationToken))
            {
                var (operation, refusal) = fields.Take(row);
                if (operation is null)
                {
                    report.Refuse(row.Line, refusal!);
                    continue;
                }

                // Binary rows all have one length; another one is refused by itself.
                if (batch.Count > 0 && batch[0].Operation.Vector.Length != operation.Vector.Length)
                    await FlushAsync(cancellationToken);
                batch.Add((row.Line, operation));
                batchBytes += (operation.Vector.Length * sizeof(float)) + operation.Metadata.Length;
                if (batch.Count == BatchCountMax || batchBytes >= BatchBytesMax)
                    await FlushAsync(cancellationToken);
            }
        }
        finally
        {
            if (!cancellationToken.IsCancellationRequested)
                await FlushAsync(cancellationToken);
        }
    }

    private async Task FlushAsync(CancellationToken cancellationToken)
    {
        ImmutableArray<(long Line, VectorOperation Operation)> rows = [.. batch];
        batch.Clear();
        batchBytes = 0;
        if (!rows.IsEmpty)
            await WriteAsync(rows, cancellationToken);
    }

    // A batch that is refused for one of its rows is halved until that row stands alone.
    private async Task WriteAsync(ImmutableArray<(long Line, VectorOperation Operation)> rows, CancellationToken cancellationToken)
    {
        try
        {
            await target.WriteVectorsAsync(collection, [.. rows.Select(static row => row.Operation)], [], cancellationToken);
            report.Written(rows.Length);
        }
        catch (TemporalException error) when (BlamesRow(error) && rows.Length == 1)
        {
            report.Refuse(rows[0].Line, $"{error.Code}: {error.Message}");
        }
        catch (TemporalException error) when (BlamesRow(error))
        {
            await WriteAsync(rows[..(rows.Length / 2)], cancellationToken);
            await WriteAsync(rows[(rows.Length / 2)..], cancellationToken);
        }
    }

    private static bool BlamesRow(TemporalException error) => error.Code is ErrorCodes.InvalidVector or ErrorCodes.MalformedJson or ErrorCodes.InvalidKey
        or ErrorCodes.ValueTooLarge or ErrorCodes.BodyTooLarge or ErrorCodes.InvalidField or "malformed_rows";
}
