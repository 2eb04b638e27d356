using OrleansTemporal.Causality;

namespace OrleansTemporal.Storage.Manifests;

/// <summary>Says that a branch uses an object of this agent. Written here before the branch's own manifest names the object.</summary>
/// <param name="ObjectPath">The object.</param>
/// <param name="Holder">The agent whose manifest names it.</param>
public sealed record ManifestPin(string ObjectPath, AgentId Holder);
