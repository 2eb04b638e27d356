using OrleansTemporal.Encryption;

namespace OrleansTemporal.Storage.Ports;

/// <summary>
/// Keeps data keys, each wrapped under a master key that is kept elsewhere. Every change is durable when it answers. Calls
/// that change something are the caller's to serialise.
/// </summary>
public interface IKeyStore
{
    /// <summary>Every key there is, destroyed ones included, in no order. Finishes what a process before has left half destroyed.</summary>
    /// <param name="isKnown">Keys that the caller has: of them only the state is said, and they are not read.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="Errors.TemporalException">Invalid, <c>master_key_wrong</c>, <c>master_key_missing</c>; Unavailable, <c>storage_failed</c>.</exception>
    ValueTask<IReadOnlyList<StoredDataKey>> ListAsync(Func<DataKeyId, bool> isKnown, CancellationToken cancellationToken);

    /// <summary>Makes a key of 256 random bits, under a random name.</summary>
    /// <param name="scope">What it is for.</param>
    /// <param name="number">Its place among the keys of the scope, from 1.</param>
    /// <param name="cancellationToken">Stops waiting; the key may be there then.</param>
    ValueTask<StoredDataKey> CreateAsync(DataKeyScope scope, int number, CancellationToken cancellationToken);

    /// <summary>Makes a key of 256 random bits, or finds the one of its name that another process has made for the same request.</summary>
    /// <param name="scope">What it is for.</param>
    /// <param name="number">Its place among the keys of the scope, from 1.</param>
    /// <param name="id">What it is named; none for a name that is drawn. The caller knows of no key of this name.</param>
    /// <param name="cancellationToken">Stops waiting; the key may be there then.</param>
    ValueTask<StoredDataKey> CreateAsync(DataKeyScope scope, int number, DataKeyId id, CancellationToken cancellationToken);

    /// <summary>One key; null when there is none, which is not the same as one that was destroyed.</summary>
    ValueTask<StoredDataKey?> GetAsync(DataKeyId id, CancellationToken cancellationToken);

    /// <summary>Says that a key encrypts no more; again is fine.</summary>
    ValueTask RetireAsync(DataKeyId id, CancellationToken cancellationToken);

    /// <summary>Destroys a key for good, in every place where the store has it; again is fine. That there was one stays known.</summary>
    ValueTask DestroyAsync(DataKeyId id, CancellationToken cancellationToken);
}
