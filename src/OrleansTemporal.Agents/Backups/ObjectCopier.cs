using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Backups;

/// <summary>Copies immutable objects from one store to another, those that are not there yet. For one caller at a time.</summary>
internal sealed class ObjectCopier
{
    private const int PieceBytes = 4 << 20;

    private readonly IObjectStore source;
    private readonly IObjectStore target;
    private readonly Dictionary<string, long> present;
    private readonly HashSet<string> kept = new(StringComparer.Ordinal);
    private readonly byte[] piece = GC.AllocateUninitializedArray<byte>(PieceBytes);

    private ObjectCopier(IObjectStore source, IObjectStore target, Dictionary<string, long> present)
    {
        this.source = source;
        this.target = target;
        this.present = present;
    }

    public long ObjectsCopied { get; private set; }

    public long BytesCopied { get; private set; }

    public long ObjectsKept { get; private set; }

    /// <summary>Looks at what the target has of a workspace.</summary>
    public static async ValueTask<ObjectCopier> BeginAsync(IObjectStore source, IObjectStore target, string workspace, CancellationToken cancellationToken)
    {
        var present = new Dictionary<string, long>(StringComparer.Ordinal);
        await foreach (var info in target.ListAsync($"{workspace}/", cancellationToken).ConfigureAwait(false))
        {
            present.Add(info.Path, info.LengthBytes);
        }

        return new ObjectCopier(source, target, present);
    }

    /// <summary>Copies an object; again is free. A path never stands for two contents.</summary>
    /// <exception cref="TemporalException">NotFound, <c>object_not_found</c>, when the source has let it go meanwhile.</exception>
    public async ValueTask CopyAsync(string path, CancellationToken cancellationToken)
    {
        if (!kept.Add(path))
        {
            return;
        }

        if (present.ContainsKey(path))
        {
            ObjectsKept++;
            return;
        }

        try
        {
            await CopyNewAsync(path, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            kept.Remove(path);
            throw;
        }
    }

    /// <summary>Writes a small object under a path that never stands for two contents.</summary>
    public async ValueTask WriteAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        if (kept.Add(path) && !present.ContainsKey(path))
        {
            await target.PutIfMatchAsync(path, content, null, cancellationToken).ConfigureAwait(false);
            present.Add(path, content.Length);
        }
    }

    /// <summary>Removes what the target had and nobody has asked for.</summary>
    /// <param name="index">The object that says what is there; it stays.</param>
    /// <returns>How many objects.</returns>
    public async ValueTask<long> RemoveOthersAsync(string index, CancellationToken cancellationToken)
    {
        var removed = 0L;
        foreach (var path in present.Keys.Where(path => path != index && !kept.Contains(path)).ToList())
        {
            await target.DeleteAsync(path, cancellationToken).ConfigureAwait(false);
            removed++;
        }

        return removed;
    }

    private async ValueTask CopyNewAsync(string path, CancellationToken cancellationToken)
    {
        var writer = await target.CreateAsync(path, cancellationToken).ConfigureAwait(false);
        await using (writer.ConfigureAwait(false))
        {
            while (true)
            {
                var length = await source.ReadAsync(path, writer.Length, piece, cancellationToken).ConfigureAwait(false);
                if (length > 0)
                {
                    await writer.WriteAsync(piece.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
                }

                if (length < piece.Length)
                {
                    break;
                }
            }

            var bytes = writer.Length;
            await writer.CommitAsync(cancellationToken).ConfigureAwait(false);
            present.Add(path, bytes);
            ObjectsCopied++;
            BytesCopied += bytes;
        }
    }
}
