namespace OrleansTemporal.Storage.Ports;

/// <summary>
/// Immutable objects and small replaceable ones by path. Paths are relative, use '/', and start with the workspace.
/// What a call says is done is durable.
/// </summary>
public interface IObjectStore
{
    /// <summary>Begins an object that does not exist yet; it appears whole at <see cref="IObjectWriter.CommitAsync"/>, or never.</summary>
    ValueTask<IObjectWriter> CreateAsync(string path, CancellationToken cancellationToken);

    /// <summary>Replaces a small object if its tag is still <paramref name="expectedTag"/>; null expects that there is none.</summary>
    /// <returns>The new tag, or null when the tag did not match.</returns>
    ValueTask<string?> PutIfMatchAsync(string path, ReadOnlyMemory<byte> content, string? expectedTag, CancellationToken cancellationToken);

    /// <summary>A whole small object with its tag, or null.</summary>
    ValueTask<StoredObject?> GetAsync(string path, CancellationToken cancellationToken);

    /// <summary>Reads a range; fewer bytes than asked only at the end of the object.</summary>
    /// <exception cref="Errors.TemporalException">NotFound, <c>object_not_found</c>.</exception>
    ValueTask<int> ReadAsync(string path, long offset, Memory<byte> destination, CancellationToken cancellationToken);

    /// <summary>Path and length of every object below a prefix, in ordinal order of the path.</summary>
    IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, CancellationToken cancellationToken);

    /// <summary>Removes an object; absent is fine.</summary>
    ValueTask DeleteAsync(string path, CancellationToken cancellationToken);

    /// <summary>Begins to bring an object back from an offline tier, which takes hours; again is fine.</summary>
    /// <returns>True when it can be read: always where nothing is offline, also when there is no such object.</returns>
    ValueTask<bool> BringBackAsync(string path, CancellationToken cancellationToken) => new(true);

    /// <summary>Moves an object to a storage class; a store without classes does nothing.</summary>
    ValueTask SetTierAsync(string path, StorageTier tier, CancellationToken cancellationToken);
}
