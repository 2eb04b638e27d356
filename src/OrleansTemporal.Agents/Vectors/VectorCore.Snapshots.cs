using System.Buffers.Binary;
using Microsoft.Extensions.Logging;
using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Manifests;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Vectors;

internal sealed partial class VectorCore
{
    // An index is written again when a twentieth of it is new: less is linked sooner than it is written.
    private const int GrowthShare = 20;

    // It is made and read in one piece of memory. At 1,000,000 rows of 16 neighbours it has some 300 MB.
    private const long IndexBytesMax = 1L << 30;

    private const int WriteBytes = 4 << 20;

    private int saved;

    private string IndexPath => $"{SealedPaths.FolderOf(Id)}/index";

    private string GraphsPath(ulong nonce) => $"{IndexPath}-{nonce:x16}";

    /// <summary>The graphs of the newest collection, if an earlier life has left them.</summary>
    private protected override async ValueTask RestoreDerivedAsync(CancellationToken cancellationToken)
    {
        if (collections.Count > 0 && collections[^1].Index.Rows.Count >= VectorIndex.EraRowsMin)
        {
            try
            {
                saved = collections[^1].Index.Read(await ReadIndexAsync(cancellationToken).ConfigureAwait(false));
            }
            catch (TemporalException unread) when (unread.Kind is ErrorKind.Unavailable or ErrorKind.Corrupt or ErrorKind.Archived or ErrorKind.NotFound)
            {
                // It holds nothing that the deltas do not say; what can not be read is made again.
                LogIndexUnread(Id.ToString(), unread);
            }
        }

        lock (Gate)
        {
            CountMemory();
        }
    }

    // Empty when there is none.
    private async ValueTask<byte[]> ReadIndexAsync(CancellationToken cancellationToken)
    {
        if (await Services.Objects.GetAsync(IndexPath, cancellationToken).ConfigureAwait(false) is not { } stored)
        {
            return [];
        }

        if (!VectorIndexPointer.TryRead(stored.Content.Span, out var pointer) || pointer.Length > IndexBytesMax)
        {
            // At first the graphs themselves were kept there.
            return stored.Content.ToArray();
        }

        var content = GC.AllocateUninitializedArray<byte>((int)pointer.Length);
        var length = 0;
        while (length < content.Length)
        {
            var read = await Services.Objects.ReadAsync(GraphsPath(pointer.Nonce), length, content.AsMemory(length), cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                return [];
            }

            length += read;
        }

        return content;
    }

    // True when it was written: the graphs in an object of their own, and then a small one that names it, replaced whole.
    private async ValueTask<bool> SaveWhenGrownAsync(VectorCollection collection, CancellationToken cancellationToken)
    {
        var linked = collection.Index.Linked;
        if (linked < VectorIndex.EraRowsMin
            || collection.Index.Graph.Waiting >= VectorGraphBatch.Size
            || Math.Abs((long)linked - saved) * GrowthShare <= linked
            || collection.Index.GraphBytes > IndexBytesMax)
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
        Span<byte> random = stackalloc byte[sizeof(ulong)];
        Services.Salts.Fill(random);
        var pointer = new VectorIndexPointer(BinaryPrimitives.ReadUInt64LittleEndian(random), content.Length);
        await WriteAsync(GraphsPath(pointer.Nonce), writer => WriteGraphsAsync(writer, content, cancellationToken), cancellationToken).ConfigureAwait(false);
        var tag = (await Services.Objects.GetAsync(IndexPath, cancellationToken).ConfigureAwait(false))?.Tag;
        if (await Services.Objects.PutIfMatchAsync(IndexPath, pointer.Write(), tag, cancellationToken).ConfigureAwait(false) is not null)
        {
            await DropGraphsAsync(GraphsPath(pointer.Nonce), cancellationToken).ConfigureAwait(false);
        }

        return true;
    }

    private static async ValueTask<bool> WriteGraphsAsync(IObjectWriter writer, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        for (var offset = 0; offset < content.Length; offset += WriteBytes)
        {
            await writer.WriteAsync(content.Slice(offset, Math.Min(WriteBytes, content.Length - offset)), cancellationToken).ConfigureAwait(false);
        }

        return true;
    }

    // Those before this one, and what a crash left between the two steps.
    private async ValueTask DropGraphsAsync(string kept, CancellationToken cancellationToken)
    {
        var others = new List<string>();
        await foreach (var item in Services.Objects.ListAsync($"{IndexPath}-", cancellationToken).ConfigureAwait(false))
        {
            if (item.Path != kept)
            {
                others.Add(item.Path);
            }
        }

        foreach (var path in others)
        {
            await Services.Objects.DeleteAsync(path, cancellationToken).ConfigureAwait(false);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Agent}: the stored index could not be read and is made again")]
    private partial void LogIndexUnread(string agent, Exception failure);
}
