namespace OrleansTemporal.Operations;

/// <summary>One silo, for what only it knows. Its key is the silo's address; it lives nowhere else, and holds no state.</summary>
[Alias("ot.silo")]
public interface ISiloGrain : IGrainWithStringKey
{
    /// <summary>An operation that the silo has begun, as it stands; null when it knows of none.</summary>
    ValueTask<OperationInfo?> FindOperationAsync(string workspace, string id, CancellationToken cancellationToken);
}
