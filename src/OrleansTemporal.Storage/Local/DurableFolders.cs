using System.Collections.Concurrent;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Local;

/// <summary>
/// Makes a new name durable: flushes its folder and, the first time that this process meets the folder, every folder
/// above it, since a folder's own name stands in its parent.
/// </summary>
internal sealed class DurableFolders(IFileSystem files)
{
    private const int RememberedMax = 65_536;
    private readonly ConcurrentDictionary<string, bool> known = new(StringComparer.Ordinal);

    public async ValueTask FlushAsync(string folder)
    {
        await files.FlushFolderAsync(folder, CancellationToken.None).ConfigureAwait(false);
        if (known.ContainsKey(folder))
        {
            return;
        }

        var above = folder;
        while (above.Length > 0)
        {
            above = above.LastIndexOf('/') is var slash and >= 0 ? above[..slash] : "";
            await files.FlushFolderAsync(above, CancellationToken.None).ConfigureAwait(false);
        }

        if (known.Count >= RememberedMax)
        {
            known.Clear();
        }

        known[folder] = true;
    }
}
