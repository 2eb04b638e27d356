using System.IO.Compression;
using Microsoft.AspNetCore.Http;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Requests;

/// <summary>
/// Decompresses a body and stops as soon as it is larger than a body may be, or expands more than
/// <see cref="Limits.DecompressionRatioMax"/> times: a bomb costs no more than the first of its bytes.
/// </summary>
internal sealed class BoundedDecompressor : IDisposable
{
    // Below this, a high ratio harms nobody: a few hundred spaces already compress better than the limit.
    private const int RatioFreeBytes = 64 << 10;

    private readonly CountingStream source;
    private readonly Stream decompressed;
    private long total;

    internal BoundedDecompressor(Stream body, string encoding)
    {
        source = new CountingStream(body);
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
            throw new ProblemException(new Problem(
                StatusCodes.Status400BadRequest, HttpErrorCodes.MalformedBody, "The body is not what its Content-Encoding says."));
        }

        total += read;
        if (total > Limits.BodyBytesMax)
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

    private sealed class CountingStream(Stream inner) : Stream
    {
        internal long Count { get; private set; }

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
            var read = await inner.ReadAsync(buffer, cancellationToken);
            Count += read;
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
