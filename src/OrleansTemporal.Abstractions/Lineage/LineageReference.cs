using OrleansTemporal.Causality;

namespace OrleansTemporal.Lineage;

/// <summary>A reference that the live version of a document holds.</summary>
/// <param name="Target">The document that is referred to, as <c>namespace/key</c>; it need not exist.</param>
/// <param name="Key">Key of the document that refers, in the namespace of the agent that answers.</param>
/// <param name="WriteId">The version that refers.</param>
/// <param name="SystemTime">System time of that version.</param>
public sealed record LineageReference(string Target, string Key, WriteId WriteId, HybridTimestamp SystemTime);
