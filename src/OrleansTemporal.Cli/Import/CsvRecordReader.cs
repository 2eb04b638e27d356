using System.Runtime.CompilerServices;
using System.Text;

namespace OrleansTemporal.Import;

/// <summary>
/// Splits RFC 4180: fields in quotes may hold commas, line ends and doubled quotes. Line ends are CRLF, LF or CR; a quote in
/// the middle of a field without quotes is text, as spreadsheets have it.
/// </summary>
internal sealed class CsvRecordReader(TextReader reader)
{
    private const char ByteOrderMark = '\uFEFF';
    private const int FieldCharactersMax = InputWindow.RowBytesMax;

    private readonly StringBuilder field = new();
    private readonly char[] buffer = new char[1 << 15];
    private int next;
    private int count;
    private long line = 1;

    public async IAsyncEnumerable<CsvRecord> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (await PeekAsync(cancellationToken) == ByteOrderMark)
            next++;
        while (await PeekAsync(cancellationToken) >= 0)
        {
            var record = await ReadRecordAsync(cancellationToken);
            if (record.Fields is not [("", false)] || record.Refusal is not null)
                yield return record;
        }
    }

    private async ValueTask<CsvRecord> ReadRecordAsync(CancellationToken cancellationToken)
    {
        var start = line;
        List<(string, bool)> fields = [];
        string? refusal = null;
        while (true)
        {
            var isQuoted = await PeekAsync(cancellationToken) == '"';
            field.Clear();
            if (isQuoted)
            {
                await ReadQuotedAsync(start, cancellationToken);
                if (await PeekAsync(cancellationToken) is not (',' or '\n' or '\r' or < 0))
                    refusal ??= $"text behind the closing quote of field {fields.Count + 1}; a quote within quotes is written twice";
            }

            await ReadPlainAsync(cancellationToken);
            fields.Add((field.ToString(), isQuoted));
            var separator = await PeekAsync(cancellationToken);
            next++;
            if (separator == ',')
                continue;
            if (separator == '\r' && await PeekAsync(cancellationToken) == '\n')
                next++;
            line++;
            return new CsvRecord(start, fields, refusal);
        }
    }

    private async ValueTask ReadQuotedAsync(long start, CancellationToken cancellationToken)
    {
        next++;
        while (true)
        {
            var c = await PeekAsync(cancellationToken);
            if (c < 0)
                throw new MalformedInputException(start, "a quote is opened here and never closed.");
            next++;
            if (c == '"')
            {
                if (await PeekAsync(cancellationToken) != '"')
                    return;
                next++;
            }

            if (c == '\n')
                line++;
            Append((char)c);
        }
    }

    private async ValueTask ReadPlainAsync(CancellationToken cancellationToken)
    {
        while (await PeekAsync(cancellationToken) is var c and not (',' or '\n' or '\r' or < 0))
        {
            next++;
            Append((char)c);
        }
    }

    private void Append(char c)
    {
        if (field.Length >= FieldCharactersMax)
            throw new MalformedInputException(line, $"one field has more than {FieldCharactersMax} characters; is a quote missing?");
        field.Append(c);
    }

    private async ValueTask<int> PeekAsync(CancellationToken cancellationToken)
    {
        if (next < count)
            return buffer[next];
        if (next > count)
            return -1;
        count = await reader.ReadAsync(buffer, cancellationToken);
        next = 0;
        return count == 0 ? -1 : buffer[0];
    }
}
