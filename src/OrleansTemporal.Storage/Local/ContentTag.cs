using System.Security.Cryptography;

namespace OrleansTemporal.Storage.Local;

/// <summary>
/// The tag of a small object: the first 16 bytes of SHA-256 of its content, in hexadecimal. Manifests never repeat a
/// content (they carry a version and an operation id), so equal tags mean that nothing happened in between.
/// </summary>
internal static class ContentTag
{
    private const int TagBytes = 16;

    public static string Of(ReadOnlySpan<byte> content)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(content, hash);
        return Convert.ToHexStringLower(hash[..TagBytes]);
    }
}
