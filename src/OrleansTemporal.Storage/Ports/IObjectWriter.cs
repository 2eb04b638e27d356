namespace OrleansTemporal.Storage.Ports;

/// <summary>An object being written. Disposing it without a commit leaves nothing behind.</summary>
public interface IObjectWriter : IAsyncDisposable
{
    /// <summary>Bytes written so far.</summary>
    long Length { get; }

    /// <summary>Appends bytes; the memory is free again when it completes.</summary>
    ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken);

    /// <summary>Makes the object durable under its path.</summary>
    /// <returns>False when the path exists already; then nothing was changed.</returns>
    ValueTask<bool> CommitAsync(CancellationToken cancellationToken);
}
