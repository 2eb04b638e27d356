using OrleansTemporal.Lifecycle;

namespace OrleansTemporal.Storage.Ports;

/// <summary>
/// Where a database is kept when that is not a folder of the local disk. A host that knows the place plugs it in; whoever
/// opens the database knows only the ports.
/// </summary>
public interface IStorageBackend
{
    /// <summary>Where it is, in words for people; without secrets.</summary>
    string Place { get; }

    /// <summary>Whether several processes may have it open at once, each agent belonging to the one that opened it last.</summary>
    bool IsShared { get; }

    /// <summary>What it costs, as an example; null when nobody knows.</summary>
    PriceTable? Prices => null;

    /// <summary>Opens the place for this process, making what is missing.</summary>
    /// <exception cref="Errors.TemporalException">Unavailable, <c>storage_failed</c>; Invalid, <c>format_too_new</c>, <c>master_key_wrong</c>, <c>master_key_missing</c>; Corrupt.</exception>
    ValueTask<StoragePorts> OpenAsync(StorageSurroundings surroundings, CancellationToken cancellationToken);
}
