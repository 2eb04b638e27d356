using System.Text;
using OrleansTemporal.Commands;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Import;

/// <summary>Rows of a file or of standard input.</summary>
internal sealed class ImportSource(Stream stream, ImportFormat format) : IAsyncDisposable
{
    private const int BufferBytes = 1 << 17;

    /// <summary>True when the format has no types, so that every cell is text.</summary>
    public bool IsText => format == ImportFormat.Csv;

    /// <summary>Size of the file; 0 when it isn't known.</summary>
    public long LengthBytes { get; } = stream.CanSeek ? stream.Length : 0;

    /// <summary>How far the file is read.</summary>
    public long PositionBytes => stream.CanSeek ? stream.Position : 0;

    /// <summary>Opens a path, or standard input for <c>-</c>; the format is that of the name unless one is given.</summary>
    public static ImportSource Open(string path, ImportFormat? format, Stream standardInput)
    {
        if (path == "-")
            return new ImportSource(standardInput, format ?? ImportFormat.Ndjson);

        var actual = format ?? FormatOf(path);
        try
        {
            return new ImportSource(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, BufferBytes, useAsync: true), actual);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new TemporalException(ErrorKind.Invalid, Advice.InputUnreadable, $"There is no file {path}.", error);
        }
    }

    public IAsyncEnumerable<ImportRow> ReadAsync(CancellationToken cancellationToken) => format switch
    {
        ImportFormat.Json => new JsonRowReader(new InputWindow(stream)).ReadAsync(cancellationToken),
        ImportFormat.Ndjson => new NdjsonRowReader(new InputWindow(stream)).ReadAsync(cancellationToken),
        _ => new CsvRowReader(new StreamReader(stream, new UTF8Encoding(false, throwOnInvalidBytes: true), true, BufferBytes)).ReadAsync(cancellationToken),
    };

    public ValueTask DisposeAsync() => stream.DisposeAsync();

    private static ImportFormat FormatOf(string path) => Path.GetExtension(path).ToUpperInvariant() switch
    {
        ".JSON" or ".GEOJSON" => ImportFormat.Json,
        ".NDJSON" or ".JSONL" => ImportFormat.Ndjson,
        ".CSV" => ImportFormat.Csv,
        _ => throw Advice.Refuse($"The name of {path} does not say its format; pass --format json, ndjson or csv."),
    };
}
