namespace OrleansTemporal.Storage.Manifests;

/// <summary>A manifest as it stands in the store.</summary>
/// <param name="Manifest">The manifest.</param>
/// <param name="Tag">The store's tag of it, which the next swap has to match.</param>
public sealed record StoredManifest(Manifest Manifest, string Tag);
