namespace OrleansTemporal.Hosting;

/// <summary>The database of the silo in the same process, which outlives the front end.</summary>
internal sealed class SiloDatabaseSource(SiloDatabase silo) : IDatabaseSource
{
    public Task<TemporalDatabase> OpenAsync(CancellationToken cancellationToken) => silo.WhenActiveAsync(cancellationToken);

    public ValueTask CloseAsync(TemporalDatabase database) => ValueTask.CompletedTask;
}
