using OrleansTemporal.Errors;

namespace OrleansTemporal.Hosting;

/// <summary>Where the front end gets its database from: a folder that it opens itself, or a host that has one.</summary>
public interface IDatabaseSource
{
    /// <summary>The database, once it can be used. Called once.</summary>
    /// <exception cref="TemporalException">Why there is none.</exception>
    Task<TemporalDatabase> OpenAsync(CancellationToken cancellationToken);

    /// <summary>The front end takes no more requests.</summary>
    ValueTask CloseAsync(TemporalDatabase database);
}
