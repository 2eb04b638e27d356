using System.Buffers.Binary;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Manifests;

namespace OrleansTemporal.Kv;

/// <content>
/// What policy has let go. All versions that were replaced up to one moment may be gone: what was valid at that moment, and
/// all that came later, is kept, and nothing is answered about before. So an answer hangs on the log and never on how far
/// the removing of bytes has come.
/// </content>
internal sealed partial class StorageCore
{
    // Where a transfer's mark or the sequence of an erasure would stand.
    private const long KeptMark = -2;
    private const int KeptBytes = sizeof(long) + sizeof(ulong);

    private ulong keptFrom;

    /// <summary>What was valid here, and all that came later, is kept; zero when everything is.</summary>
    public HybridTimestamp KeptFrom => new(Volatile.Read(ref keptFrom));

    /// <summary>Refuses an answer about a moment before what is kept. After the reading, so that what went meanwhile is noticed.</summary>
    /// <exception cref="TemporalException">Gone, <c>history_expired</c>.</exception>
    public async ValueTask RequireKeptAsync(ulong time, CancellationToken cancellationToken)
    {
        if (time >= Volatile.Read(ref keptFrom))
        {
            return;
        }

        // That something is gone may be said when that can not vanish any more.
        var from = await WhenErasedAsync(KeptFrom, cancellationToken).ConfigureAwait(false);
        throw new TemporalException(ErrorKind.Gone, ErrorCodes.HistoryExpired, $"Policy keeps what was valid from {from} on, and lets go of what was replaced before.");
    }

    /// <summary>Refuses a history whose bounds lie before what is kept.</summary>
    /// <exception cref="TemporalException">Gone, <c>history_expired</c>.</exception>
    public async ValueTask RequireKeptAsync(KvHistoryQuery query, CancellationToken cancellationToken)
    {
        if (query.To.Value != 0)
        {
            await RequireKeptAsync(HybridTimestamp.Max(query.To, query.AskedTo).Value - 1, cancellationToken).ConfigureAwait(false);
        }

        if (query.From.Value != 0)
        {
            await RequireKeptAsync(query.From.Value, cancellationToken).ConfigureAwait(false);
        }
    }

    // Where the history of a key begins by now: with the version that was valid at the moment from which all is kept, or
    // with its end, when it was over by then. Null when the agent has none of that time, or everything is kept.
    private async ValueTask<KvStamp?> BeginningOfAsync(KvHistoryQuery query, long after, CancellationToken cancellationToken)
    {
        var floor = Volatile.Read(ref keptFrom);
        if (floor == 0 || query.From.Value >= floor)
        {
            return null;
        }

        var time = query.To.Value == 0 ? floor : Math.Min(floor, query.To.Value - 1);
        while (await FindStampAsync(query.Key, time, cancellationToken).ConfigureAwait(false) is { } stamp && stamp.Sequence > after)
        {
            if (!stamp.IsExpired)
            {
                return stamp;
            }

            // Clean-up's tombstone says nothing that its value does not.
            time = stamp.SystemTime.Value - 1;
        }

        return null;
    }

    private ValueTask<KvHistoryPage> GetHistoryAsync(KvHistoryQuery query, long after, KvStamp beginning, CancellationToken cancellationToken)
    {
        var hasEnded = beginning.ExpiresAt.Value != 0 && beginning.ExpiresAt <= KeptFrom;
        var bounded = hasEnded ? query with { From = HybridTimestamp.Max(query.From, beginning.ExpiresAt) } : query;
        return GetHistoryAsync(bounded, after, (beginning.Sequence, beginning.Ordinal), cancellationToken);
    }

    private async ValueTask<KvStamp?> FindStampAsync(string key, ulong time, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (FindStampInMemory(key, time, out var view, out var before) is { } stamp)
            {
                return stamp;
            }

            try
            {
                return before > 1 && await FindInRunsAsync(view, key, time, before, cancellationToken).ConfigureAwait(false) is { } entry ? KvStamp.Of(entry) : null;
            }
            catch (TemporalException missing) when (IsReplaced(missing, view))
            {
                continue;
            }
        }
    }

    private KvStamp? FindStampInMemory(string key, ulong time, out Manifest? view, out long before)
    {
        var lookup = new KvLookup(System.Text.Encoding.UTF8.GetBytes(key));
        lock (Gate)
        {
            RequireAlive();
            (view, before) = (Manifest, ResidentFirst);
            for (var found = memory.Find(lookup); found is { } versions; found = memory.Earlier(versions))
            {
                if (versions.Find(time, Log.DurableThrough) is { } node)
                {
                    return KvStamp.Of(node);
                }
            }

            return null;
        }
    }

    // Under the gate. False when the delta is none of these.
    private bool TryApplyEviction(in AppliedDelta delta, ReadOnlySpan<byte> payload)
    {
        if (delta.Kind != KvKinds.Evict)
        {
            return false;
        }

        var eviction = KvEviction.Read(payload);
        var taken = KvErasure.Read(delta.Facet);
        Volatile.Write(ref keptFrom, Math.Max(keptFrom, eviction.KeptFrom.Value));
        versionCount -= eviction.VersionCount;
        valueBytes -= taken.ValueBytes;
        memory.Erase(taken);
        erasures.Add(delta.Sequence, taken, isEviction: true);
        return true;
    }

    private byte[] WithKept(byte[] state)
    {
        if (keptFrom == 0)
        {
            return state;
        }

        var written = new byte[state.Length + KeptBytes];
        state.CopyTo(written, 0);
        BinaryPrimitives.WriteInt64LittleEndian(written.AsSpan(state.Length), KeptMark);
        BinaryPrimitives.WriteUInt64LittleEndian(written.AsSpan(state.Length + sizeof(long)), keptFrom);
        return written;
    }

    private void RestoreKept(ReadOnlySpan<byte> state) =>
        Volatile.Write(ref keptFrom, KeptLengthOf(state) == 0 ? 0 : BinaryPrimitives.ReadUInt64LittleEndian(state[(FacetStateBytes + sizeof(long))..]));

    private static int KeptLengthOf(ReadOnlySpan<byte> state) =>
        state.Length >= FacetStateBytes + KeptBytes && BinaryPrimitives.ReadInt64LittleEndian(state[FacetStateBytes..]) == KeptMark ? KeptBytes : 0;
}
