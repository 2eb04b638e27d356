using System.Collections.Concurrent;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Local;

/// <summary>
/// Makes a new name durable: flushes its folder and, the first time that this process meets the folder, every folder
/// above it up to one that is known, since a folder's own name stands in its parent.
/// </summary>
internal sealed class DurableFolders(IFileSystem files)
{
    private const int RememberedMax = 65_536;
    private readonly ConcurrentDictionary<string, bool> known = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, long> doubtful = new(StringComparer.Ordinal);
    private long lastFlush;

    /// <summary>
    /// Says that a name in a folder is about to change: from here on nobody knows what a power loss would leave, also when
    /// the change seems to fail, until a flush succeeds.
    /// </summary>
    public void Doubt(string folder) => doubtful[folder] = Interlocked.Increment(ref lastFlush);

    /// <summary>
    /// Flushes a folder whose last change was not flushed, by this process or by one that was killed before it. Names in
    /// it can be seen but may still vanish, so nothing is read from it, and taken for done, before this succeeded.
    /// </summary>
    public async ValueTask SettleAsync(string folder)
    {
        if (!known.ContainsKey(folder) || doubtful.ContainsKey(folder))
        {
            await FlushAsync(folder).ConfigureAwait(false);
        }
    }

    public async ValueTask FlushAsync(string folder)
    {
        // Only the newest flush to begin vouches for every name that was there when it began.
        var flush = Interlocked.Increment(ref lastFlush);
        doubtful[folder] = flush;
        await files.FlushFolderAsync(folder, CancellationToken.None).ConfigureAwait(false);
        if (known.Count >= RememberedMax)
        {
            known.Clear();
        }

        for (var inner = folder; inner.Length > 0 && !known.ContainsKey(inner);)
        {
            var above = inner.LastIndexOf('/') is var slash and >= 0 ? inner[..slash] : "";
            await files.FlushFolderAsync(above, CancellationToken.None).ConfigureAwait(false);
            known[inner] = true;
            inner = above;
        }

        doubtful.TryRemove(new(folder, flush));
    }
}
