namespace OrleansTemporal.Storage.Ports;

/// <summary>One open file. Reads may run beside a write; writes are the caller's to serialise.</summary>
public interface IDataFile : IDisposable
{
    /// <summary>Length in bytes.</summary>
    long Length { get; }

    /// <summary>Reads until the destination is full or the file ends.</summary>
    ValueTask<int> ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken);

    /// <summary>Writes all bytes; durable only after <see cref="FlushAsync"/>.</summary>
    ValueTask WriteAsync(long offset, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken);

    /// <summary>Makes all bytes written so far durable (fdatasync).</summary>
    ValueTask FlushAsync(CancellationToken cancellationToken);

    /// <summary>Cuts or extends the file.</summary>
    ValueTask SetLengthAsync(long length, CancellationToken cancellationToken);
}
