using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace OrleansTemporal.Import;

/// <summary>Makes an object of each record, with the names of the header and numbers where nothing is lost by it.</summary>
internal sealed class CsvRowReader(TextReader reader)
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public async IAsyncEnumerable<ImportRow> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string[]? header = null;
        await foreach (var record in new CsvRecordReader(reader).ReadAsync(cancellationToken))
        {
            if (header is null)
                header = HeaderOf(record);
            else if (record.Refusal is not null)
                yield return ImportRow.Refused(record.Line, record.Refusal);
            else if (record.Fields.Count != header.Length)
                yield return ImportRow.Refused(record.Line, $"{record.Fields.Count} fields, the header has {header.Length}");
            else
                yield return new ImportRow(record.Line, ToJson(header, record), null);
        }
    }

    private static string[] HeaderOf(CsvRecord record)
    {
        if (record.Refusal is not null)
            throw new MalformedInputException(record.Line, $"the header has {record.Refusal}.");
        var names = record.Fields.Select(field => field.Text).ToArray();
        var twice = names.GroupBy(name => name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1);
        return twice is null ? names : throw new MalformedInputException(record.Line, $"the header names the column '{twice.Key}' twice.");
    }

    private static byte[] ToJson(string[] header, CsvRecord record)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            for (var i = 0; i < header.Length; i++)
            {
                var (text, isQuoted) = record.Fields[i];
                json.WritePropertyName(header[i]);
                if (!isQuoted && CsvNumbers.RoundTrips(text))
                    json.WriteRawValue(text);
                else
                    json.WriteStringValue(text);
            }

            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
