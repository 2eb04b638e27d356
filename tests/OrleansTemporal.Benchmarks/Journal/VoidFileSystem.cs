using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Benchmarks.Journal;

/// <summary>A disk that forgets everything at once, so that what is left to measure is the journal alone.</summary>
internal sealed class VoidFileSystem : IFileSystem
{
    public ValueTask<IDataFile?> OpenAsync(string path, bool create, CancellationToken cancellationToken) =>
        new(create ? new VoidFile() : null);

    public ValueTask<IReadOnlyList<ObjectInfo>> ListAsync(string folder, bool recursive, CancellationToken cancellationToken) => new([]);

    public ValueTask RenameAsync(string from, string to, bool replace, CancellationToken cancellationToken) => default;

    public ValueTask DeleteAsync(string path, CancellationToken cancellationToken) => default;

    public ValueTask FlushFolderAsync(string folder, CancellationToken cancellationToken) => default;

    private sealed class VoidFile : IDataFile
    {
        public long Length { get; private set; }

        public ValueTask<int> ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken) => new(0);

        public ValueTask WriteAsync(long offset, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
        {
            Length = Math.Max(Length, offset + bytes.Length);
            return default;
        }

        public ValueTask FlushAsync(CancellationToken cancellationToken) => default;

        public ValueTask SetLengthAsync(long length, CancellationToken cancellationToken)
        {
            Length = length;
            return default;
        }

        public void Dispose()
        {
        }
    }
}
