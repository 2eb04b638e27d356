namespace OrleansTemporal.Operations;

/// <summary>What <see cref="OnSiloPlacementAttribute"/> stands for.</summary>
[GenerateSerializer]
[Immutable]
internal sealed class OnSiloPlacement : PlacementStrategy;
