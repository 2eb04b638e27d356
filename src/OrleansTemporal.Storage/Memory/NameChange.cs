namespace OrleansTemporal.Storage.Memory;

/// <summary>A change to the names of a folder that no flush of the folder has covered. A crash keeps it whole or not at all.</summary>
/// <param name="Removed">The name that goes away, or null.</param>
/// <param name="Added">The name that points to the file from now on, or null.</param>
internal sealed record NameChange(string? Removed, string? Added, MemoryInode Inode)
{
    public bool Touches(string folder) =>
        (Removed is not null && Local.StoragePath.FolderOf(Removed) == folder)
        || (Added is not null && Local.StoragePath.FolderOf(Added) == folder);

    public void Apply(IDictionary<string, MemoryInode> names)
    {
        if (Removed is not null && names.TryGetValue(Removed, out var removed) && removed == Inode)
        {
            names.Remove(Removed);
        }

        if (Added is not null)
        {
            names[Added] = Inode;
        }
    }
}
