using System.Buffers;
using System.Runtime.CompilerServices;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Causality;

/// <summary>
/// The one form of each JSON document (docs/formats/canonical-json.md): RFC 8785, except that a number which its shortest
/// double doesn't reproduce keeps its decimal digits, so nothing is ever rounded. Two documents have the same value
/// exactly when their canonical bytes are equal. One pass over the bytes; a document that is canonical already is only checked.
/// </summary>
public static class CanonicalJson
{
    /// <summary>Canonicalizes a document into an array of its own.</summary>
    /// <param name="utf8Json">One JSON value in UTF-8, with any white space around it.</param>
    /// <exception cref="TemporalException"><see cref="ErrorKind.Invalid"/>, <c>malformed_json</c>: not JSON, a name twice in one
    /// object, a lone surrogate, deeper than <see cref="Limits.JsonDepthMax"/>, or an exponent of more than nine digits; the message says at which byte.</exception>
    [SkipLocalsInit]
    public static byte[] Canonicalize(ReadOnlySpan<byte> utf8Json)
    {
        var pass = new CanonicalJsonPass(
            utf8Json,
            stackalloc byte[CanonicalJsonPass.ScratchBytes],
            stackalloc CanonicalJsonPass.Member[CanonicalJsonPass.ScratchMembers]);
        try
        {
            return pass.Run().ToArray();
        }
        finally
        {
            pass.Release();
        }
    }

    /// <summary>Canonicalizes a document into a writer; on failure nothing is written.</summary>
    /// <inheritdoc cref="Canonicalize(ReadOnlySpan{byte})"/>
    /// <param name="utf8Json">One JSON value in UTF-8, with any white space around it.</param>
    /// <param name="writer">Where the canonical bytes go.</param>
    [SkipLocalsInit]
    public static void Canonicalize(ReadOnlySpan<byte> utf8Json, IBufferWriter<byte> writer)
    {
        var pass = new CanonicalJsonPass(
            utf8Json,
            stackalloc byte[CanonicalJsonPass.ScratchBytes],
            stackalloc CanonicalJsonPass.Member[CanonicalJsonPass.ScratchMembers]);
        try
        {
            writer.Write(pass.Run());
        }
        finally
        {
            pass.Release();
        }
    }

    /// <summary>Whether these bytes are the canonical form of a document.</summary>
    [SkipLocalsInit]
    public static bool IsCanonical(ReadOnlySpan<byte> utf8Json)
    {
        var pass = new CanonicalJsonPass(
            utf8Json,
            stackalloc byte[CanonicalJsonPass.ScratchBytes],
            stackalloc CanonicalJsonPass.Member[CanonicalJsonPass.ScratchMembers]);
        try
        {
            return pass.Run().SequenceEqual(utf8Json);
        }
        catch (TemporalException)
        {
            // Refused documents have no canonical form.
            return false;
        }
        finally
        {
            pass.Release();
        }
    }
}
