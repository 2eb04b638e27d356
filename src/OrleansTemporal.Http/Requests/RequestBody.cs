using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Requests;

/// <summary>
/// A whole request body, decompressed, at most <see cref="Limits.BodyBytesMax"/>. A small body stays where the server
/// received it, without a copy; <see cref="Dispose"/> gives that memory back, so the bytes are not read after it.
/// </summary>
internal readonly struct RequestBody : IDisposable
{
    private readonly PipeReader? reader;
    private readonly SequencePosition end;
    private readonly byte[]? rented;

    private RequestBody(ReadOnlyMemory<byte> bytes, PipeReader? reader, SequencePosition end, byte[]? rented)
    {
        Bytes = bytes;
        this.reader = reader;
        this.end = end;
        this.rented = rented;
    }

    /// <summary>The bytes.</summary>
    internal ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>Reads the body of a request.</summary>
    /// <exception cref="TemporalException"><c>body_too_large</c>, <c>malformed_body</c>, <c>unsupported_encoding</c>.</exception>
    internal static ValueTask<RequestBody> ReadAsync(ApiRequest request)
    {
        var http = request.Http.Request;
        if (http.ContentLength > Limits.BodyBytesMax)
        {
            throw TooLarge();
        }

        var encoding = http.Headers.ContentEncoding;
        return encoding.Count == 0 || encoding == "identity"
            ? ReadPlainAsync(http, request.Cancellation)
            : ReadCompressedAsync(http, encoding.ToString(), request.Cancellation);
    }

    /// <summary>Reads on; framing that can not be understood, as a chunk of 2^64 bytes, is the client's fault.</summary>
    private static async ValueTask<ReadResult> ReadAsync(PipeReader reader, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.ReadAsync(cancellationToken);
        }
        catch (IOException fault) when (fault is not BadHttpRequestException)
        {
            throw new ProblemException(new Problem(StatusCodes.Status400BadRequest, HttpErrorCodes.MalformedRequest, "The body can not be read.") { Closes = true });
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        reader?.AdvanceTo(end);
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    internal static TemporalException TooLarge() => new(
        ErrorKind.TooLarge, ErrorCodes.BodyTooLarge, $"A request body has at most {Limits.BodyBytesMax} bytes, after decompression.")
    {
        Limit = Limits.BodyBytesMax,
    };

    private static async ValueTask<RequestBody> ReadPlainAsync(HttpRequest http, CancellationToken cancellationToken)
    {
        var reader = http.BodyReader;
        var result = await ReadAsync(reader, cancellationToken);
        var isWhole = result.IsCompleted || result.Buffer.Length == http.ContentLength;
        if (isWhole && result.Buffer.IsSingleSegment)
        {
            return new RequestBody(result.Buffer.First, reader, result.Buffer.End, null);
        }

        var rented = ArrayPool<byte>.Shared.Rent((int)Math.Max(http.ContentLength ?? 0, result.Buffer.Length));
        var length = 0;
        try
        {
            while (true)
            {
                var buffer = result.Buffer;
                if (length + buffer.Length > Limits.BodyBytesMax)
                {
                    reader.AdvanceTo(buffer.End);
                    throw TooLarge();
                }

                rented = Grow(rented, length, length + (int)buffer.Length);
                buffer.CopyTo(rented.AsSpan(length));
                length += (int)buffer.Length;
                reader.AdvanceTo(buffer.End);
                if (result.IsCompleted)
                {
                    return new RequestBody(rented.AsMemory(0, length), null, default, rented);
                }

                result = await ReadAsync(reader, cancellationToken);
            }
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(rented);
            throw;
        }
    }

    private static async ValueTask<RequestBody> ReadCompressedAsync(HttpRequest http, string encoding, CancellationToken cancellationToken)
    {
        using var decompressor = new BoundedDecompressor(http.BodyReader.AsStream(leaveOpen: true), encoding);
        var rented = ArrayPool<byte>.Shared.Rent(64 << 10);
        var length = 0;
        try
        {
            int read;
            while ((read = await decompressor.ReadAsync(rented.AsMemory(length), cancellationToken)) > 0)
            {
                length += read;
                rented = length == rented.Length ? Grow(rented, length, Math.Min(length * 2, Limits.BodyBytesMax + BoundedDecompressor.ExcessBytes)) : rented;
            }

            return new RequestBody(rented.AsMemory(0, decompressor.End(rented.AsSpan(0, length))), null, default, rented);
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(rented);
            throw;
        }
    }

    private static byte[] Grow(byte[] rented, int length, int needed)
    {
        if (needed <= rented.Length)
        {
            return rented;
        }

        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, Math.Min(rented.Length * 2, Limits.BodyBytesMax)));
        rented.AsSpan(0, length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(rented);
        return larger;
    }
}
