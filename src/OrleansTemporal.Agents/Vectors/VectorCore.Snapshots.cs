using Microsoft.Extensions.Logging;
using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Manifests;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Vectors;

internal sealed partial class VectorCore
{
    // An index is written again when a twentieth of it is new: less is linked sooner than it is written.
    private const int GrowthShare = 20;

    private const int SnapshotBytesMax = 64 << 20;

    private int saved;

    private string SnapshotPath => $"{SealedPaths.FolderOf(Id)}/index";

    /// <summary>The graphs of the newest collection, if an earlier life has left them.</summary>
    private protected override async ValueTask RestoreDerivedAsync(CancellationToken cancellationToken)
    {
        if (collections.Count == 0 || collections[^1].Index.Rows.Count < VectorIndex.EraRowsMin)
        {
            return;
        }

        try
        {
            if (await Services.Objects.GetAsync(SnapshotPath, cancellationToken).ConfigureAwait(false) is { } stored)
            {
                saved = collections[^1].Index.Read(stored.Content.Span);
            }
        }
        catch (TemporalException unread) when (unread.Kind is ErrorKind.Unavailable or ErrorKind.Corrupt or ErrorKind.Archived)
        {
            // It holds nothing that the deltas do not say; what can not be read is made again.
            LogIndexUnread(Id.ToString(), unread);
        }
    }

    // True when it was written. One object for an agent, replaced whole.
    private async ValueTask<bool> SaveWhenGrownAsync(VectorCollection collection, CancellationToken cancellationToken)
    {
        var linked = collection.Index.Linked;
        if (linked < VectorIndex.EraRowsMin || collection.Index.Graph.Waiting >= VectorGraphBatch.Size || Math.Abs((long)linked - saved) * GrowthShare <= linked)
        {
            return false;
        }

        VectorIndexMark mark;
        lock (Gate)
        {
            mark = collection.Index.Mark();
        }

        var content = collection.Index.Write(mark);
        saved = linked;
        if (content.Length > SnapshotBytesMax)
        {
            // Stores take no more in one piece; such an index is made again in the background when the agent opens.
            return false;
        }

        var tag = (await Services.Objects.GetAsync(SnapshotPath, cancellationToken).ConfigureAwait(false))?.Tag;
        await Services.Objects.PutIfMatchAsync(SnapshotPath, content, tag, cancellationToken).ConfigureAwait(false);
        return true;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Agent}: the stored index could not be read and is made again")]
    private partial void LogIndexUnread(string agent, Exception failure);
}
