using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Azure.Blobs;

/// <summary>
/// The few calls of the blob service that a log is made of, each sent once, so that a simulation can delay, lose and refuse
/// each of them. What is answered is durable and seen by every later call of anybody.
/// </summary>
/// <remarks>
/// A call that is not answered throws <see cref="TemporalException"/> of kind Unavailable; one that changes something may
/// then have been applied, or may still be.
/// </remarks>
internal interface IAppendBlobs
{
    /// <summary>Makes an empty append blob, if there is none of this name.</summary>
    /// <param name="path">Its name.</param>
    /// <param name="claim">Kept with it and answered by <see cref="HeadAsync"/>.</param>
    /// <param name="cancellationToken">The outcome is unknown then.</param>
    /// <returns>Its tag; null when there was one.</returns>
    ValueTask<string?> CreateAsync(string path, UInt128 claim, CancellationToken cancellationToken);

    /// <summary>Appends a block, whole, if the blob ends at <paramref name="position"/> and has the tag.</summary>
    /// <param name="path">The blob.</param>
    /// <param name="position">Where the block is to stand.</param>
    /// <param name="tag">What the blob was called when it was last seen; null for whatever blob of this name ends there.</param>
    /// <param name="block">At most what the service takes in one append.</param>
    /// <param name="cancellationToken">The outcome is unknown then.</param>
    ValueTask<BlobAppend> AppendAsync(string path, long position, string? tag, ReadOnlyMemory<byte> block, CancellationToken cancellationToken);

    /// <summary>Length, claim and tag of a blob; null when there is none.</summary>
    ValueTask<BlobHead?> HeadAsync(string path, CancellationToken cancellationToken);

    /// <summary>Reads a range; fewer bytes than asked only at the end of the blob.</summary>
    /// <exception cref="TemporalException">NotFound, <c>object_not_found</c>.</exception>
    ValueTask<BlobPiece> ReadAsync(string path, long offset, Memory<byte> destination, CancellationToken cancellationToken);

    /// <summary>Names and lengths of the append blobs below a prefix, in ordinal order.</summary>
    ValueTask<IReadOnlyList<ObjectInfo>> ListAsync(string prefix, CancellationToken cancellationToken);

    /// <summary>Removes a blob; absent is fine.</summary>
    ValueTask DeleteAsync(string path, CancellationToken cancellationToken);
}
