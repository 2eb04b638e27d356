namespace OrleansTemporal.Operations;

/// <summary>Operations wherever they run: each is kept by the silo that has begun it, and that may be any.</summary>
internal static class ClusterOperations
{
    /// <summary>Asks every silo but one side by side. Costs a call for each.</summary>
    /// <param name="grains">The way to silos.</param>
    /// <param name="asked">The silo that was asked already; may be null.</param>
    /// <param name="workspace">The workspace.</param>
    /// <param name="id">The operation.</param>
    /// <param name="cancellationToken">Stops asking.</param>
    /// <returns>The operation as it stands; null when no silo that answers knows of it.</returns>
    public static async ValueTask<OperationInfo?> FindAsync(
        IGrainFactory grains, SiloAddress? asked, string workspace, string id, CancellationToken cancellationToken)
    {
        var silos = await grains.GetGrain<IManagementGrain>(0).GetHosts(onlyActive: true, cancellationToken);
        var asking = silos.Keys.Where(silo => !silo.Equals(asked)).Select(silo => AskAsync(grains, silo, workspace, id, cancellationToken));
        return (await Task.WhenAll(asking)).FirstOrDefault(static found => found is not null);
    }

    private static async Task<OperationInfo?> AskAsync(IGrainFactory grains, SiloAddress silo, string workspace, string id, CancellationToken cancellationToken)
    {
        try
        {
            return await grains.GetGrain<ISiloGrain>(silo.ToParsableString()).FindOperationAsync(workspace, id, cancellationToken);
        }
        catch (Exception failure) when (failure is OrleansException or TimeoutException or Errors.TemporalException)
        {
            // A silo that has gone has taken its operations with it.
            return null;
        }
    }
}
