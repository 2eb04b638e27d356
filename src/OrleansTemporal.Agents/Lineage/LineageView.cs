using OrleansTemporal.Storage.Manifests;

namespace OrleansTemporal.Lineage;

/// <summary>Where a storage agent's lineage stands at one moment: in the runs of a manifest up to its sealed sequence, and in indexes of what is not sealed.</summary>
/// <param name="Manifest">The manifest; null when nothing is sealed.</param>
/// <param name="Heads">Indexes of the generations behind it, newest first.</param>
internal sealed record LineageView(Manifest? Manifest, LineageIndex[] Heads)
{
    public long SealedThrough => Manifest?.SealedThrough ?? 0;
}
