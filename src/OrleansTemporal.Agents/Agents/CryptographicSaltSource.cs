using System.Security.Cryptography;

namespace OrleansTemporal.Agents;

/// <summary>Salts from the system's generator, drawn in bulk per thread since one call costs about as much as a hash.</summary>
public sealed class CryptographicSaltSource : ISaltSource
{
    private const int BatchBytes = 4_096;

    [ThreadStatic]
    private static byte[]? batch;

    [ThreadStatic]
    private static int used;

    /// <inheritdoc/>
    public void Fill(Span<byte> destination)
    {
        if (destination.Length > BatchBytes)
        {
            RandomNumberGenerator.Fill(destination);
            return;
        }

        if (batch is null || used + destination.Length > BatchBytes)
        {
            batch ??= new byte[BatchBytes];
            RandomNumberGenerator.Fill(batch);
            used = 0;
        }

        var salt = batch.AsSpan(used, destination.Length);
        salt.CopyTo(destination);
        salt.Clear();
        used += destination.Length;
    }
}
