using System.Collections.Immutable;
using System.Text;
using OrleansTemporal.Agents;
using OrleansTemporal.Catalog;
using OrleansTemporal.Causality;
using OrleansTemporal.Encryption;
using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Manifests;
using OrleansTemporal.Storage.Runs;

namespace OrleansTemporal.Kv;

internal sealed partial class StorageCore
{
    // Versions of a key lie far apart, so that a history waits for as many reads of the storage as it has rows.
    private const int HistoryReadsAtOnceMax = 16;

    private OpenRuns? openRuns;

    // The newest version of a key, durable or not. False when it is not in memory and was not looked up yet. Under the gate.
    private bool TryFindCurrent(string key, in KvLookup lookup, KvLookups? lookups, out KvCurrent current)
    {
        var from = transfers?.Now(SlotHash.Of(lookup.Key)).From;
        if (memory.Find(lookup) is { Newest: var node } && (from is null || node.Sequence > from.Sequence))
        {
            current = node.IsExpired
                ? EndedOf(node.Row.PreviousDigest, node.Row.PreviousSequence, node.Row.PreviousOrdinal)
                : new KvCurrent(node.Sequence, node.Ordinal, !node.IsDeleted, node.ExpiresAt);
            return true;
        }

        current = default;
        return (ResidentFirst == 1 && from is null)
            || (lookups is not null && lookups.Before == ResidentFirst && ReferenceEquals(lookups.Transfers, transfers) && lookups.Found.TryGetValue(key, out current));
    }

    // What was found before goes on being known while memory begins where it did.
    private async ValueTask<KvLookups> LookUpAsync(KvMissing missing, KvLookups? known, CancellationToken cancellationToken)
    {
        var found = known is not null && known.Before == missing.Before && ReferenceEquals(known.Transfers, missing.Transfers)
            ? new Dictionary<string, KvCurrent>(known.Found, StringComparer.Ordinal)
            : new Dictionary<string, KvCurrent>(missing.Keys.Count, StringComparer.Ordinal);
        foreach (var key in missing.Keys)
        {
            var entry = await FindInRunsAsync(missing.Sealed, key, ulong.MaxValue, missing.Before, cancellationToken).ConfigureAwait(false);
            if (missing.Transfers?.Now(SlotHash.Of(key)).From is { } from && !(entry?.Sequence > from.Sequence))
            {
                found[key] = await FindInheritedAsync(key, from, cancellationToken).ConfigureAwait(false);
                continue;
            }

            found[key] = entry is { } newest ? await CurrentOfAsync(key, newest, cancellationToken).ConfigureAwait(false) : default;
        }

        return new KvLookups(missing.Before, missing.Transfers, found);
    }

    // Clean-up's tombstone stands for the write that it names.
    private async ValueTask<KvCurrent> CurrentOfAsync(string key, RunEntry newest, CancellationToken cancellationToken)
    {
        if (!IsExpired(newest))
        {
            return new KvCurrent(newest.Sequence, newest.Ordinal, !IsDeleted(newest), newest.Expiry);
        }

        var ended = (await ReadVersionAsync(key, newest, cancellationToken).ConfigureAwait(false)).PreviousWriteId;
        return EndedOf(ended.AgentDigest, ended.Sequence, ended.Ordinal);
    }

    private KvCurrent EndedOf(uint digest, long sequence, ushort ordinal) =>
        KvCurrent.Ended(sequence, ordinal) with { AgentDigest = digest == Encoder.AgentDigest ? null : digest };

    private async ValueTask<KvReadResult> GetFromRunsAsync(Manifest? view, string key, ulong time, long before, CancellationToken cancellationToken)
    {
        var moment = new HybridTimestamp(time == ulong.MaxValue ? Services.Clock.Last.Value : time);
        if (await FindInRunsAsync(view, key, time, before, cancellationToken).ConfigureAwait(false) is { } entry)
        {
            return !IsLive(entry, time)
                ? new KvReadResult(null, false, moment) { IsErased = IsErased(entry) && !IsOver(entry.Expiry, time) }
                : new KvReadResult(await ReadVersionAsync(key, entry, cancellationToken).ConfigureAwait(false), false, moment);
        }

        var existsLater = time != ulong.MaxValue && await ExistsAsync(key, view, before, cancellationToken).ConfigureAwait(false);
        return new KvReadResult(null, existsLater, moment);
    }

    // Runs cover the sealed sequences without a gap or an overlap, so the first hit from the newest run is the newest version.
    private ValueTask<RunEntry?> FindInRunsAsync(Manifest? view, string key, ulong time, long before, CancellationToken cancellationToken)
    {
        if (view is null)
        {
            return new((RunEntry?)null);
        }

        var utf8 = Encoding.UTF8.GetBytes(key);
        return FindInRunsAsync(view, utf8, KeyHash.Of(utf8), new RunBound(before - 1, new HybridTimestamp(time)), cancellationToken);
    }

    private async ValueTask<RunEntry?> FindInRunsAsync(Manifest view, byte[] key, ulong hash, RunBound bound, CancellationToken cancellationToken)
    {
        var runs = await RunsOfAsync(view, cancellationToken).ConfigureAwait(false);
        return await runs.FindAsync(key, hash, bound, cancellationToken).ConfigureAwait(false);
    }

    // One set of open runs for each manifest; the newest is kept.
    private ValueTask<RunSet> RunsOfAsync(Manifest view, CancellationToken cancellationToken) =>
        Volatile.Read(ref openRuns) is { } open && ReferenceEquals(open.Manifest, view) ? new(open.Runs) : OpenRunsAsync(view, cancellationToken);

    private async ValueTask<RunSet> OpenRunsAsync(Manifest view, CancellationToken cancellationToken)
    {
        var runs = await Services.Runs.OpenAsync(view.Runs, Volatile.Read(ref openRuns)?.Runs ?? RunSet.Empty, cancellationToken).ConfigureAwait(false);
        Volatile.Write(ref openRuns, new OpenRuns(view, runs));
        return runs;
    }

    private async ValueTask AddFromRunsAsync(
        Manifest? view, long before, KvHistoryQuery query, KvHistoryRows rows, CancellationToken cancellationToken)
    {
        if (view is null || before == 1 || rows.IsFull)
        {
            return;
        }

        var key = Encoding.UTF8.GetBytes(query.Key);
        var last = query is { Ascending: false, Cursor.IsNone: false } ? Math.Min(before - 1, query.Cursor.Sequence) : before - 1;
        var runs = await RunsOfAsync(view, cancellationToken).ConfigureAwait(false);
        var entries = runs.HistoryAsync(key, KeyHash.Of(key), RunBound.After(last), !query.Ascending, cancellationToken);
        var reads = new Queue<(KvHistoryRow Row, Task<KvVersion> Version)>();
        try
        {
            await foreach (var entry in entries.ConfigureAwait(false))
            {
                KvHistoryRow? row = entry.Sequence < before && rows.Visit(KvStamp.Of(entry)) ? rows.Reserve() : null;
                if (rows.IsFull)
                {
                    // The last row only says that there are more, and is dropped again.
                    break;
                }

                if (row is not { } place)
                {
                    continue;
                }

                var read = ReadVersionAsync(query.Key, entry, cancellationToken);
                if (read.IsCompletedSuccessfully)
                {
                    rows.Fill(place, await read.ConfigureAwait(false));
                    continue;
                }

                reads.Enqueue((place, read.AsTask()));
                if (reads.Count == HistoryReadsAtOnceMax)
                {
                    await FillAsync(reads, rows).ConfigureAwait(false);
                }
            }

            while (reads.Count > 0)
            {
                await FillAsync(reads, rows).ConfigureAwait(false);
            }
        }
        finally
        {
            // What was begun ends before this does, when one of them has failed too.
            await Task.WhenAll(reads.Select(static Task (read) => read.Version)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async ValueTask FillAsync(Queue<(KvHistoryRow Row, Task<KvVersion> Version)> reads, KvHistoryRows rows)
    {
        var (row, version) = reads.Peek();
        rows.Fill(row, await version.ConfigureAwait(false));
        reads.Dequeue();
    }

    /// <summary>The version that an entry of a run stands for, read from its delta; an encrypted value as it is stored.</summary>
    private async ValueTask<KvVersion> ReadVersionAsync(string key, RunEntry entry, CancellationToken cancellationToken)
    {
        var delta = await ReadSealedAsync(entry.Sequence, cancellationToken).ConfigureAwait(false);
        return VersionOf(key, delta, entry.Ordinal, IsErased(entry));
    }

    private KvVersion VersionOf(string key, DeltaRecord delta, int ordinal, bool isErased)
    {
        var facet = new KvFacetReader(delta.Facet, Encoder.AgentDigest);
        for (var i = 0; i <= ordinal; i++)
        {
            if (!facet.MoveNext())
            {
                throw Corrupt($"delta {delta.Sequence} has no operation {ordinal}");
            }
        }

        var id = new WriteId(Encoder.AgentDigest, delta.Sequence, (ushort)ordinal);
        if (isErased)
        {
            return new KvVersion
            {
                Key = key,
                Value = default,
                WriteId = id,
                PreviousWriteId = facet.Previous,
                DistinctionId = default,
                SystemTime = delta.SystemTime,
                Causes = delta.Causes.IsDefault ? [] : delta.Causes,
                Metadata = delta.Metadata.IsDefault ? [] : delta.Metadata,
                ExpiresAt = facet.ExpiresAt,
                IsErased = true,
            };
        }

        foreach (var operation in new KvPayloadReader(delta.Payload.Span))
        {
            if (operation.Ordinal == ordinal)
            {
                var value = delta.Payload.Slice(operation.ValueAt, operation.ValueLength);
                return new KvVersion
                {
                    Key = key,
                    Value = value,
                    WriteId = id,
                    PreviousWriteId = facet.Previous,
                    DistinctionId = operation.Kind != KvOperationKind.Put || operation.IsEncrypted ? default : Documents.DistinctionOf(value.Span),
                    SystemTime = delta.SystemTime,
                    Causes = delta.Causes.IsDefault ? [] : delta.Causes,
                    Metadata = delta.Metadata.IsDefault ? [] : delta.Metadata,
                    ExpiresAt = facet.ExpiresAt,
                    DataKey = operation.IsEncrypted && EncryptedValue.TryReadKey(value.Span, out var dataKey) ? dataKey : default,
                    IsDeleted = operation.Kind != KvOperationKind.Put,
                };
            }
        }

        throw Corrupt($"delta {delta.Sequence} has no operation {ordinal}");
    }

    private bool IsLive(in RunEntry entry, ulong time) => !IsDeleted(entry) && !IsErased(entry) && !IsOver(entry.Expiry, time);

    // The newest state is of no moment, so nothing is over there; whoever asks for it looks at the clock.
    private static bool IsOver(HybridTimestamp end, ulong time) => end.Value != 0 && end.Value <= time && time != ulong.MaxValue;

    private static bool IsExpired(in RunEntry entry) => ((KvNodeFlags)entry.Flags & KvNodeFlags.Expired) != 0;

    private static bool IsDeleted(in RunEntry entry) => ((KvNodeFlags)entry.Flags & KvNodeFlags.Deleted) != 0;

    // A merge replaced the objects of an older view.
    private bool IsReplaced(TemporalException failure, Manifest? view)
    {
        lock (Gate)
        {
            return failure.Kind == ErrorKind.NotFound && !ReferenceEquals(view, Manifest);
        }
    }

    private sealed record OpenRuns(Manifest Manifest, RunSet Runs);
}
