using System.Collections.Immutable;
using System.Text;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Lineage;
using OrleansTemporal.Storage.Manifests;
using OrleansTemporal.Storage.Runs;

namespace OrleansTemporal.Kv;

internal sealed partial class StorageCore
{
    /// <summary>Writes by id; null for one that is not there, or was not at that moment.</summary>
    public async ValueTask<ImmutableArray<LineageWrite?>> GetWritesAsync(ImmutableArray<WriteId> writes, AsOf asOf, CancellationToken cancellationToken)
    {
        var time = asOf.IsLatest ? ulong.MaxValue : await CloseOnceAsync(asOf, cancellationToken).ConfigureAwait(false);
        long mark;
        lock (Gate)
        {
            mark = Math.Min(Sequence, writes.Max(static write => write.Sequence));
        }

        await Log.WhenDurableAsync(mark, cancellationToken).ConfigureAwait(false);
        var found = new LineageWrite?[writes.Length];
        List<int>? inSegments = null;
        lock (Gate)
        {
            RequireAlive();
            for (var i = 0; i < found.Length; i++)
            {
                var write = writes[i];
                if (write.AgentDigest != Encoder.AgentDigest || write.Sequence > mark || write.Sequence < 1)
                {
                    continue;
                }

                if (write.Sequence >= ResidentFirst)
                {
                    found[i] = WriteInMemory(write, time);
                }
                else
                {
                    (inSegments ??= []).Add(i);
                }
            }
        }

        foreach (var i in inSegments ?? [])
        {
            var delta = await ReadSealedAsync(writes[i].Sequence, cancellationToken).ConfigureAwait(false);
            found[i] = delta.SystemTime.Value <= time ? WriteInSegment(writes[i], delta) : null;
        }

        await RequireKeptAsync(time, cancellationToken).ConfigureAwait(false);
        return ImmutableArray.Create(found);
    }

    /// <summary>Deltas that follow from writes, newest first for each.</summary>
    public async ValueTask<LineageEffectPage> GetEffectsAsync(LineageEffectQuery query, CancellationToken cancellationToken)
    {
        var time = new HybridTimestamp(await CloseOnceAsync(query.AsOf, cancellationToken).ConfigureAwait(false));
        while (true)
        {
            var view = ViewLineage();
            try
            {
                var page = await GetEffectsAsync(view, query, time, cancellationToken).ConfigureAwait(false);
                await RequireKeptAsync(time.Value, cancellationToken).ConfigureAwait(false);
                return page;
            }
            catch (TemporalException missing) when (IsReplaced(missing, view.Manifest))
            {
                continue;
            }
        }
    }

    /// <summary>References that were live at a moment; passes a bounded number of entries.</summary>
    public async ValueTask<LineageReferencePage> GetReferencesAsync(LineageReferenceQuery query, CancellationToken cancellationToken)
    {
        var time = await CloseOnceAsync(query.AsOf, cancellationToken).ConfigureAwait(false);
        while (true)
        {
            var view = ViewLineage();
            try
            {
                var page = await GetReferencesAsync(view, query, time, cancellationToken).ConfigureAwait(false);
                await RequireKeptAsync(time, cancellationToken).ConfigureAwait(false);
                return page;
            }
            catch (TemporalException missing) when (IsReplaced(missing, view.Manifest))
            {
                continue;
            }
        }
    }

    // Of all deltas up to a closed moment, each is either in the runs of the view or in one of its heads.
    private LineageView ViewLineage()
    {
        LineageView view;
        lock (Gate)
        {
            RequireAlive();
            view = new LineageView(Manifest, [.. Enumerable.Reverse(memory.Generations).Select(static generation => generation.Lineage).OfType<LineageIndex>()]);
        }

        foreach (var head in view.Heads)
        {
            head.CatchUp(Gate, cipher);
        }

        return view;
    }

    private async ValueTask<LineageEffectPage> GetEffectsAsync(
        LineageView view, LineageEffectQuery query, HybridTimestamp time, CancellationToken cancellationToken)
    {
        var runs = view.Manifest is { } sealedState ? await RunsOfAsync(sealedState, cancellationToken).ConfigureAwait(false) : RunSet.Empty;
        var rows = ImmutableArray.CreateBuilder<LineageEffect>();
        var found = new List<RunEntry>();
        for (var cause = query.FromCause; cause < query.Causes.Length; cause++)
        {
            found.Clear();
            var before = cause == query.FromCause ? query.BeforeSequence : long.MaxValue;
            var countMax = Math.Min(query.CountPerCauseMax, query.Limit - rows.Count + 1);
            foreach (var head in view.Heads)
            {
                head.AddEffects(query.Causes[cause], before, time, countMax, found);
            }

            if (found.Count < countMax && runs.Runs.Count > 0)
            {
                await AddEffectsAsync(runs, query.Causes[cause], new RunBound(Math.Min(before - 1, view.SealedThrough), time), countMax, found, cancellationToken)
                    .ConfigureAwait(false);
            }

            foreach (var entry in found)
            {
                if (rows.Count == query.Limit)
                {
                    return new LineageEffectPage(rows.DrainToImmutable(), HasMore: true);
                }

                rows.Add(new LineageEffect(cause, entry.Sequence, entry.Ordinal + 1, entry.SystemTime));
            }
        }

        return new LineageEffectPage(rows.DrainToImmutable(), HasMore: false);
    }

    private static async ValueTask AddEffectsAsync(
        RunSet runs, WriteId cause, RunBound bound, int countMax, List<RunEntry> found, CancellationToken cancellationToken)
    {
        var key = LineageKeys.OfEffects(cause);
        await foreach (var entry in runs.HistoryAsync(key, KeyHash.Of(key), bound, newestFirst: true, cancellationToken).ConfigureAwait(false))
        {
            found.Add(entry);
            if (found.Count == countMax)
            {
                return;
            }
        }
    }

    private async ValueTask<LineageReferencePage> GetReferencesAsync(
        LineageView view, LineageReferenceQuery query, ulong time, CancellationToken cancellationToken)
    {
        var runs = view.Manifest is { } sealedState ? await RunsOfAsync(sealedState, cancellationToken).ConfigureAwait(false) : RunSet.Empty;
        var rows = ImmutableArray.CreateBuilder<LineageReference>();
        byte[] last = [];
        var scanned = 0;
        foreach (var prefix in PrefixesOf(query))
        {
            var after = query.After.Span.StartsWith(prefix.Span) ? query.After : default;
            var scan = await ReferenceScan.OpenAsync(view.Heads, runs, prefix, after, new HybridTimestamp(time), cancellationToken).ConfigureAwait(false);
            for (; await scan.MoveNextAsync(cancellationToken).ConfigureAwait(false); scanned++)
            {
                if (rows.Count == query.Limit || scanned == Limits.KeysScannedPerPageMax)
                {
                    return new LineageReferencePage(rows.DrainToImmutable(), last);
                }

                last = scan.Current;
                if (scan.Entry is { } entry)
                {
                    var (to, from) = LineageKeys.ReadReference(last);
                    if (cipher.DecryptName(to) is { } target && await IsLiveAsync(from, entry, time, cancellationToken).ConfigureAwait(false))
                    {
                        rows.Add(new LineageReference(target, from, new WriteId(Encoder.AgentDigest, entry.Sequence, entry.Ordinal), entry.SystemTime));
                    }
                }
            }
        }

        return new LineageReferencePage(rows.DrainToImmutable(), default);
    }

    // What the keys of the references that are asked for begin with, in order, from where the page before ended.
    private IEnumerable<ReadOnlyMemory<byte>> PrefixesOf(LineageReferenceQuery query) => query.Target is null
        ? [LineageKeys.AllReferences]
        : cipher.NamesOf(query.Target)
            .Select(static name => LineageKeys.OfReference(name))
            .Order(ByteOrder.Instance)
            .Where(prefix => query.After.IsEmpty || query.After.Span.StartsWith(prefix) || query.After.Span.SequenceCompareTo(prefix) < 0)
            .Select(static prefix => (ReadOnlyMemory<byte>)prefix);

    // Whether the version that an entry of the index came from was the key's live one. Reads no value.
    private async ValueTask<bool> IsLiveAsync(string key, RunEntry version, ulong time, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (IsLiveInMemory(key, version, time, out var view, out var before) is { } isLive)
            {
                return isLive;
            }

            try
            {
                var newest = await FindInRunsAsync(view, key, time, before, cancellationToken).ConfigureAwait(false);
                return newest is { } entry
                    && entry.Sequence == version.Sequence
                    && entry.Ordinal == version.Ordinal
                    && !IsErased(entry)
                    && !IsOver(entry.Expiry, time);
            }
            catch (TemporalException missing) when (IsReplaced(missing, view))
            {
                continue;
            }
        }
    }

    // Null when memory does not decide.
    private bool? IsLiveInMemory(string key, RunEntry version, ulong time, out Manifest? view, out long before)
    {
        var lookup = new KvLookup(Encoding.UTF8.GetBytes(key));
        lock (Gate)
        {
            RequireAlive();
            (view, before) = (Manifest, ResidentFirst);
            for (var found = memory.Find(lookup); found is { } versions; found = memory.Earlier(versions))
            {
                if (versions.Find(time, long.MaxValue) is { } node)
                {
                    return node.Sequence == version.Sequence && node.Ordinal == version.Ordinal && !node.IsErased && !IsOver(node.ExpiresAt, time);
                }
            }

            return null;
        }
    }

    // Questions of one walk come with one moment, so all but the first find it closed.
    private ValueTask<ulong> CloseOnceAsync(AsOf asOf, CancellationToken cancellationToken)
    {
        if (asOf.SystemTime is { } instant)
        {
            lock (Gate)
            {
                if (instant.Value <= closedThrough)
                {
                    return new(instant.Value);
                }
            }
        }

        return CloseAsync(asOf, cancellationToken);
    }

    // Under the gate.
    private LineageWrite? WriteInMemory(WriteId write, ulong time)
    {
        return memory.NodeOf(write.Sequence, write.Ordinal) is not { } node || node.Time > time
            ? null
            : new LineageWrite
            {
                WriteId = write,
                Namespace = Id.Name,
                Key = node.Key,
                SystemTime = new HybridTimestamp(node.Time),
                Causes = node.Extras is { } extras ? [.. extras.Causes.Distinct()] : [],
                PreviousWriteId = node.Row.PreviousSequence == 0 ? WriteId.None : new WriteId(node.Row.PreviousDigest, node.Row.PreviousSequence, node.Row.PreviousOrdinal),
                IsDeleted = node.IsDeleted,
                IsErased = node.IsErased,
            };
    }

    private LineageWrite? WriteInSegment(WriteId write, DeltaRecord delta)
    {
        var facet = new KvFacetReader(delta.Facet, Encoder.AgentDigest);
        for (var i = 0; i <= write.Ordinal; i++)
        {
            if (!facet.MoveNext())
            {
                return null;
            }
        }

        var (key, isDeleted) = ((string?)null, false);
        var isErased = !delta.HasPayload || erasures.Holds(delta.Sequence, write.Ordinal);
        if (!isErased)
        {
            foreach (var operation in new KvPayloadReader(delta.Payload.Span))
            {
                if (operation.Ordinal == write.Ordinal)
                {
                    isErased = operation.IsErased;
                    (key, isDeleted) = (isErased ? null : Encoding.UTF8.GetString(operation.Key), !isErased && operation.Kind != KvOperationKind.Put);
                    break;
                }
            }
        }

        return new LineageWrite
        {
            WriteId = write,
            Namespace = Id.Name,
            Key = key,
            SystemTime = delta.SystemTime,
            Causes = [.. delta.Causes.Distinct()],
            PreviousWriteId = facet.Previous,
            IsDeleted = isDeleted,
            IsErased = isErased,
        };
    }
}
