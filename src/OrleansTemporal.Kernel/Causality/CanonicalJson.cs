using System.Buffers;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Causality;

/// <summary>
/// The one form of each JSON document (docs/formats/canonical-json.md): RFC 8785, except that a number which its shortest
/// double doesn't reproduce keeps its decimal digits, so nothing is ever rounded. Two documents have the same value
/// exactly when their canonical bytes are equal. One pass over the bytes; a document that is canonical already is copied.
/// </summary>
public static class CanonicalJson
{
    /// <summary>Canonicalizes a document into an array of its own.</summary>
    /// <param name="utf8Json">One JSON value in UTF-8, with any white space around it.</param>
    /// <exception cref="TemporalException"><see cref="ErrorKind.Invalid"/>, <c>malformed_json</c>: not JSON, a name twice in one
    /// object, a lone surrogate, deeper than <see cref="Limits.JsonDepthMax"/>, or an exponent of more than nine digits; the message says at which byte.</exception>
    public static byte[] Canonicalize(ReadOnlySpan<byte> utf8Json)
    {
        var rented = ArrayPool<byte>.Shared.Rent(CanonicalJsonPass.GetCapacity(utf8Json.Length));
        var pass = new CanonicalJsonPass(utf8Json, rented);
        try
        {
            return pass.Run().ToArray();
        }
        finally
        {
            pass.Release();
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>Canonicalizes a document into a writer; on failure nothing is written.</summary>
    /// <inheritdoc cref="Canonicalize(ReadOnlySpan{byte})"/>
    /// <param name="utf8Json">One JSON value in UTF-8, with any white space around it.</param>
    /// <param name="writer">Where the canonical bytes go.</param>
    public static void Canonicalize(ReadOnlySpan<byte> utf8Json, IBufferWriter<byte> writer)
    {
        var destination = writer.GetSpan(CanonicalJsonPass.GetCapacity(utf8Json.Length));
        var pass = new CanonicalJsonPass(utf8Json, destination);
        try
        {
            var canonical = pass.Run();
            if (pass.HasMoved)
            {
                canonical.CopyTo(writer.GetSpan(canonical.Length));
            }

            writer.Advance(canonical.Length);
        }
        finally
        {
            pass.Release();
        }
    }

    /// <summary>Whether these bytes are the canonical form of a document.</summary>
    public static bool IsCanonical(ReadOnlySpan<byte> utf8Json)
    {
        var rented = ArrayPool<byte>.Shared.Rent(CanonicalJsonPass.GetCapacity(utf8Json.Length));
        var pass = new CanonicalJsonPass(utf8Json, rented);
        try
        {
            return pass.Run().SequenceEqual(utf8Json);
        }
        catch (TemporalException)
        {
            return false;
        }
        finally
        {
            pass.Release();
            ArrayPool<byte>.Shared.Return(rented);
        }
    }
}
