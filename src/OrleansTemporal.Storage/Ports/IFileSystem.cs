namespace OrleansTemporal.Storage.Ports;

/// <summary>
/// The few file operations that journal and local objects are made of, so that a simulation can tear, lose and refuse
/// each of them. Paths are relative to the data folder and use '/'.
/// </summary>
public interface IFileSystem
{
    /// <summary>Opens a file for reading and writing, making it (and its folders) when <paramref name="create"/> is set.</summary>
    /// <returns>The file, or null when it is not there and was not to be made.</returns>
    ValueTask<IDataFile?> OpenAsync(string path, bool create, CancellationToken cancellationToken);

    /// <summary>Names of the files directly in a folder, or in the whole tree below it; an absent folder is empty.</summary>
    ValueTask<IReadOnlyList<ObjectInfo>> ListAsync(string folder, bool recursive, CancellationToken cancellationToken);

    /// <summary>Renames a file, into a folder that is made when it is not there, and over another file when that is to be replaced. Durable only after <see cref="FlushFolderAsync"/> of the target's folder.</summary>
    ValueTask RenameAsync(string from, string to, bool replace, CancellationToken cancellationToken);

    /// <summary>Removes a file; absent is fine.</summary>
    ValueTask DeleteAsync(string path, CancellationToken cancellationToken);

    /// <summary>Makes the names in a folder durable.</summary>
    ValueTask FlushFolderAsync(string folder, CancellationToken cancellationToken);
}
