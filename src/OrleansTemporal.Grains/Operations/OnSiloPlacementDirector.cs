using Orleans.Runtime.Placement;

namespace OrleansTemporal.Operations;

/// <summary>Finds the silo whose address is a grain's key.</summary>
internal sealed class OnSiloPlacementDirector : IPlacementDirector
{
    /// <inheritdoc/>
    public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        var wanted = SiloAddress.FromParsableString(target.GrainIdentity.Key.ToString()!);
        return context.GetCompatibleSilos(target).Contains(wanted)
            ? Task.FromResult(wanted)
            : throw new OrleansException($"The silo {wanted} is not in the cluster any more.");
    }
}
