using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Unicode;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Causality;

/// <summary>
/// Keys of documents and ids of entities: 1 to 1024 bytes of UTF-8, any characters.
/// Only paths refuse <c>.</c> and <c>..</c>; as keys they are like any other.
/// </summary>
public static class EntityKeys
{
    /// <summary>Whether this may be a key. Cost: one pass, no allocation.</summary>
    public static bool IsValid([NotNullWhen(true)] string? key)
    {
        if (key is null || key.Length is 0 or > Limits.KeyBytesMax)
        {
            return false;
        }

        if (Ascii.IsValid(key))
        {
            return true;
        }

        Span<byte> utf8 = stackalloc byte[Limits.KeyBytesMax];
        return Utf8.FromUtf16(key, utf8, out _, out _, replaceInvalidSequences: false) == OperationStatus.Done;
    }

    /// <summary>Refuses what can't be a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="field">Which field of the request it came from.</param>
    /// <returns>The key itself.</returns>
    /// <exception cref="TemporalException"><see cref="ErrorKind.Invalid"/>, <c>invalid_key</c>: empty, over 1024 bytes, or with a lone surrogate.</exception>
    public static string Validate([NotNull] string? key, string field) => IsValid(key)
        ? key
        : throw new TemporalException(
            ErrorKind.Invalid,
            "invalid_key",
            $"'{field}' is not a key: keys have 1 to {Limits.KeyBytesMax} bytes of UTF-8 and no lone surrogates.")
        {
            Field = field,
        };

    /// <summary>Length of a valid key in bytes of UTF-8.</summary>
    public static int GetLengthBytes(string key) => Encoding.UTF8.GetByteCount(key);
}
