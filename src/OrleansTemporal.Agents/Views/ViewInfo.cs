using OrleansTemporal.Causality;

namespace OrleansTemporal.Views;

/// <summary>What a view is, and how far it is.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Definition">Its definition.</param>
/// <param name="Stats">How far it is, as it stands.</param>
/// <param name="DefinedAt">When it was defined.</param>
public sealed record ViewInfo(string Name, ViewDefinition Definition, ViewStats Stats, HybridTimestamp DefinedAt);
