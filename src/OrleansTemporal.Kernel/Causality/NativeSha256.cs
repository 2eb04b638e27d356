using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace OrleansTemporal.Causality;

/// <summary>
/// SHA-256 of short inputs by OpenSSL's low-level calls, where its library is (docs/decisions/0040-short-hashes.md). The
/// framework's own call goes through an allocation and a look-up that cost five times what two blocks do; a delta is
/// hashed four times. Absent anywhere else than on Linux with OpenSSL 3, and then nobody notices but the clock.
/// </summary>
internal static unsafe class NativeSha256
{
    /// <summary>Longest input: the calls hold the thread off the collector, so they must be over in a few microseconds.</summary>
    public const int BytesMax = 8 << 10;

    // SHA256_CTX of <openssl/sha.h> has 112 bytes.
    private const int ContextBytes = 128;

    private static readonly delegate* unmanaged[Cdecl, SuppressGCTransition]<void*, int> Init;
    private static readonly delegate* unmanaged[Cdecl, SuppressGCTransition]<void*, void*, nuint, int> Update;
    private static readonly delegate* unmanaged[Cdecl, SuppressGCTransition]<void*, void*, int> Final;

    static NativeSha256()
    {
        if (OperatingSystem.IsLinux()
            && NativeLibrary.TryLoad("libcrypto.so.3", out var library)
            && NativeLibrary.TryGetExport(library, "SHA256_Init", out var init)
            && NativeLibrary.TryGetExport(library, "SHA256_Update", out var update)
            && NativeLibrary.TryGetExport(library, "SHA256_Final", out var final))
        {
            Init = (delegate* unmanaged[Cdecl, SuppressGCTransition]<void*, int>)init;
            Update = (delegate* unmanaged[Cdecl, SuppressGCTransition]<void*, void*, nuint, int>)update;
            Final = (delegate* unmanaged[Cdecl, SuppressGCTransition]<void*, void*, int>)final;
            IsAvailable = true;
        }
    }

    /// <summary>Whether the library and its calls were found.</summary>
    public static bool IsAvailable { get; }

    /// <summary>Hashes three parts as one input. False when a call refuses, as it does where policy forbids it.</summary>
    [SkipLocalsInit]
    public static bool TryHash(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, ReadOnlySpan<byte> third, Span<byte> hash)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(hash.Length, Distinction.Size);
        var context = stackalloc byte[ContextBytes];
        fixed (byte* a = first, b = second, c = third, h = hash)
        {
            return Init(context) == 1
                && (first.IsEmpty || Update(context, a, (nuint)first.Length) == 1)
                && (second.IsEmpty || Update(context, b, (nuint)second.Length) == 1)
                && (third.IsEmpty || Update(context, c, (nuint)third.Length) == 1)
                && Final(h, context) == 1;
        }
    }
}
