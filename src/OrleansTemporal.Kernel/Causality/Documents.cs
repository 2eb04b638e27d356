namespace OrleansTemporal.Causality;

/// <summary>Content addresses of documents.</summary>
public static class Documents
{
    /// <summary>
    /// The tagged hash of a document's canonical bytes: equal for equal documents, and for no others. Cost: one hash over them.
    /// </summary>
    /// <param name="canonicalJson">What <see cref="CanonicalJson"/> made.</param>
    public static Distinction DistinctionOf(ReadOnlySpan<byte> canonicalJson) => TaggedHash.Hash(HashTag.Document, canonicalJson);
}
