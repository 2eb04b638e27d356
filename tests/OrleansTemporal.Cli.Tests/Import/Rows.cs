using System.Text;
using OrleansTemporal.Import;

namespace OrleansTemporal.Cli.Tests.Import;

/// <summary>Reads rows of a text to the end.</summary>
internal static class Rows
{
    public static async Task<List<string>> ReadAsync(ImportFormat format, string text, int bytesPerRead = int.MaxValue)
    {
        var source = new ImportSource(new ByteByByteStream(Encoding.UTF8.GetBytes(text), bytesPerRead), format);
        List<string> rows = [];
        await foreach (var row in source.ReadAsync(CancellationToken.None))
            rows.Add($"{row.Line}:{row.Refusal ?? Encoding.UTF8.GetString(row.Json.Span)}");
        return rows;
    }
}
