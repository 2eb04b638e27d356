using Orleans.Concurrency;
using OrleansTemporal.Hosting;

namespace OrleansTemporal.Operations;

/// <summary>Answers for the silo that it lives on.</summary>
[GrainType("ot.silo")]
[Reentrant]
[OnSiloPlacement]
internal sealed class SiloGrain(SiloDatabase silo) : ISiloGrain
{
    /// <inheritdoc/>
    public ValueTask<OperationInfo?> FindOperationAsync(string workspace, string id, CancellationToken cancellationToken) =>
        new(silo.Current.Operations.Find(workspace, id));
}
