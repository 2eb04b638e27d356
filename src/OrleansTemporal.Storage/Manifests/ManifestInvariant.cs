namespace OrleansTemporal.Storage.Manifests;

/// <summary>A named predicate over two manifests.</summary>
/// <param name="Name">Its stable name, which the error says.</param>
/// <param name="Violation">Answers what is wrong, or null.</param>
public sealed record ManifestInvariant(string Name, Func<Manifest?, Manifest, string?> Violation);
