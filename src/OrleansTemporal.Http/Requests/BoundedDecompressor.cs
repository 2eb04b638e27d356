using System.IO.Compression;
using Microsoft.AspNetCore.Http;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Requests;

/// <summary>
/// Decompresses a body and stops as soon as it is larger than a body may be, or expands more than
/// <see cref="Limits.DecompressionRatioMax"/> times: a bomb costs no more than the first of its bytes. A body that was cut
/// short is refused; the framework's streams take its beginning for the whole.
/// </summary>
internal sealed class BoundedDecompressor : IDisposable
{
    // A last member of our own behind a gzip body: it comes out whole only where the members before it are whole, too.
    private static readonly byte[] Mark = "the end of a body"u8.ToArray();
    private static readonly byte[] MarkMember = CompressMark();

    /// <summary>Bytes that come out at most beyond those that a body may have, one too many included.</summary>
    internal const int ExcessBytes = 64;

    // Below this, a high ratio harms nobody: a few hundred spaces already compress better than the limit.
    private const int RatioFreeBytes = 64 << 10;

    private readonly bool isGzip;
    private readonly CountingStream source;
    private readonly Stream decompressed;
    private long total;

    internal BoundedDecompressor(Stream body, string encoding)
    {
        isGzip = encoding.Equals("gzip", StringComparison.OrdinalIgnoreCase) || encoding.Equals("x-gzip", StringComparison.OrdinalIgnoreCase);
        source = new CountingStream(body, isGzip ? MarkMember : []);
        decompressed = encoding.ToLowerInvariant() switch
        {
            "gzip" or "x-gzip" => new GZipStream(source, CompressionMode.Decompress),
            "deflate" => new ZLibStream(source, CompressionMode.Decompress),
            "br" => new BrotliStream(source, CompressionMode.Decompress),
            _ => throw new ProblemException(new Problem(
                StatusCodes.Status415UnsupportedMediaType, HttpErrorCodes.UnsupportedEncoding, "A body is plain, or encoded once by gzip, deflate or br.")
            {
                Field = "Content-Encoding",
            }),
        };
    }

    /// <summary>How many of the bytes that were read are the body.</summary>
    /// <param name="read">All of them, when there are no more.</param>
    /// <exception cref="ProblemException"><c>malformed_body</c>: it was cut short.</exception>
    internal int End(ReadOnlySpan<byte> read)
    {
        // The streams of the other encodings know their end, and ask for more only before it.
        var isWhole = isGzip ? read.EndsWith(Mark) : !source.HasEnded || source.Count == 0;
        return isWhole ? read.Length - (isGzip ? Mark.Length : 0) : throw Malformed();
    }

    /// <summary>Reads on; 0 at the end.</summary>
    /// <exception cref="TemporalException"><c>body_too_large</c>.</exception>
    internal async ValueTask<int> ReadAsync(Memory<byte> destination, CancellationToken cancellationToken)
    {
        int read;
        try
        {
            read = await decompressed.ReadAsync(destination, cancellationToken);
        }
        catch (Exception exception) when (exception is InvalidDataException or InvalidOperationException or (IOException and not BadHttpRequestException))
        {
            throw Malformed();
        }

        total += read;
        if (total > Limits.BodyBytesMax + (isGzip ? Mark.Length : 0))
        {
            throw RequestBody.TooLarge();
        }

        if (total > RatioFreeBytes && total > source.Count * Limits.DecompressionRatioMax)
        {
            throw new TemporalException(
                ErrorKind.TooLarge, ErrorCodes.BodyTooLarge, $"A body expands at most {Limits.DecompressionRatioMax} times.")
            {
                Field = "Content-Encoding",
                Limit = Limits.DecompressionRatioMax,
            };
        }

        return read;
    }

    /// <inheritdoc/>
    public void Dispose() => decompressed.Dispose();

    private static ProblemException Malformed() => new(new Problem(
        StatusCodes.Status400BadRequest, HttpErrorCodes.MalformedBody, "The body is not what its Content-Encoding says, or was cut short."));

    private static byte[] CompressMark()
    {
        using var member = new MemoryStream();
        using (var gzip = new GZipStream(member, CompressionLevel.Fastest))
        {
            gzip.Write(Mark);
        }

        return member.ToArray();
    }

    private sealed class CountingStream(Stream inner, ReadOnlyMemory<byte> tail) : Stream
    {
        private ReadOnlyMemory<byte> last = tail;

        internal long Count { get; private set; }

        internal bool HasEnded { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = HasEnded ? 0 : await inner.ReadAsync(buffer, cancellationToken);
            Count += read;
            if (read > 0 || buffer.IsEmpty)
            {
                return read;
            }

            HasEnded = true;
            read = Math.Min(last.Length, buffer.Length);
            last[..read].CopyTo(buffer);
            last = last[read..];
            return read;
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
