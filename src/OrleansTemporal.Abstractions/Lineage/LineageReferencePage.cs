using System.Collections.Immutable;

namespace OrleansTemporal.Lineage;

/// <summary>A page of references, by target, then in the order of the referring key's bytes.</summary>
/// <param name="References">The rows; fewer than asked, or none, when many stale ones had to be passed over.</param>
/// <param name="Next">Where the next page begins; empty behind the last.</param>
public sealed record LineageReferencePage(ImmutableArray<LineageReference> References, ReadOnlyMemory<byte> Next);
