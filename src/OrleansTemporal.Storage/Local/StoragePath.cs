namespace OrleansTemporal.Storage.Local;

/// <summary>Paths of the storage ports: relative, with '/', and never out of the data folder.</summary>
internal static class StoragePath
{
    /// <summary>Checks the path of a file.</summary>
    /// <exception cref="ArgumentException">It is absolute, empty, or has an empty, dotted or foreign segment.</exception>
    public static string ValidateFile(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        foreach (var segment in path.AsSpan().Split('/'))
        {
            var name = path.AsSpan(segment);
            if (name.IsEmpty || name is "." or ".." || name.ContainsAny('\\', '\0', ':'))
            {
                throw new ArgumentException($"'{path}' is no relative path inside of the data folder.", nameof(path));
            }
        }

        return path;
    }

    /// <summary>Checks the path of a folder; the empty path is the data folder itself.</summary>
    public static string ValidateFolder(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        return folder.Length == 0 ? folder : ValidateFile(folder);
    }

    /// <summary>The folder that a file is in; empty for the data folder.</summary>
    public static string FolderOf(string path) => path.LastIndexOf('/') is var slash and >= 0 ? path[..slash] : "";
}
