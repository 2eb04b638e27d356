namespace OrleansTemporal.Storage.Memory;

/// <summary>What a disk holds while nobody runs on it: a <see cref="MemoryFileSystem"/> opens from it. Tests may change it in between.</summary>
public sealed class MemoryImage
{
    /// <summary>The bytes of every file by its path.</summary>
    public SortedDictionary<string, byte[]> Files { get; } = new(StringComparer.Ordinal);

    /// <summary>A copy that shares nothing with this one.</summary>
    public MemoryImage Copy()
    {
        var copy = new MemoryImage();
        foreach (var (path, bytes) in Files)
        {
            copy.Files.Add(path, (byte[])bytes.Clone());
        }

        return copy;
    }
}
