using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace OrleansTemporal.Hosting;

/// <summary>Gives the server the limits of the product.</summary>
internal sealed class KestrelLimits(OrleansTemporalHttpOptions options) : IConfigureOptions<KestrelServerOptions>
{
    // A nextLink carries a prefix and a key, each up to 1024 bytes and three times as long when escaped, behind a path.
    private const int RequestLineBytesMax = 16 << 10;

    // The server counts the framing of chunks too; the bytes of a body themselves are counted where they are read.
    private const int FramingBytesMax = 1 << 20;

    /// <inheritdoc/>
    public void Configure(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxConcurrentConnections = options.ConnectionsMax;
        kestrel.Limits.MaxRequestHeadersTotalSize = options.HeaderBytesMax;
        kestrel.Limits.MaxRequestLineSize = RequestLineBytesMax;
        kestrel.Limits.MaxRequestBufferSize = Math.Max(kestrel.Limits.MaxRequestBufferSize ?? 0, RequestLineBytesMax);
        kestrel.Limits.MaxRequestBodySize = Limits.BodyBytesMax + FramingBytesMax;
    }
}
