using System.Collections.Immutable;
using System.Text;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Manifests;

namespace OrleansTemporal.Kv;

internal sealed partial class StorageCore
{
    /// <summary>Live keys in the order of their bytes, as of one closed moment; scans a bounded number of keys.</summary>
    public async ValueTask<KvListPage> ListAsync(KvListQuery query, CancellationToken cancellationToken)
    {
        var time = await CloseOnceAsync(query.AsOf, cancellationToken).ConfigureAwait(false);
        var heritage = query.OwnOf is { } slots ? new KvHeritage(Volatile.Read(ref transfers), slots, time) : HeritageOf(query.MapVersion, time);
        while (true)
        {
            Manifest? view;
            KvGeneration[] resident;
            lock (Gate)
            {
                RequireAlive();

                // Generations that begin later hold nothing of a closed moment; those that are let go stay whole for us.
                (view, resident) = (Manifest, [.. memory.Generations]);
            }

            try
            {
                var scan = await KvListScan.OpenAsync(this, query, view, resident, heritage, cancellationToken).ConfigureAwait(false);
                var page = await ScanAsync(scan, query, time, cancellationToken).ConfigureAwait(false);
                await RequireKeptAsync(Math.Max(time, query.AskedAt.Value), cancellationToken).ConfigureAwait(false);
                return page;
            }
            catch (TemporalException missing) when (IsReplaced(missing, view))
            {
                continue;
            }
        }
    }

    private async ValueTask<KvListPage> ScanAsync(KvListScan scan, KvListQuery query, ulong time, CancellationToken cancellationToken)
    {
        var entries = ImmutableArray.CreateBuilder<KvListEntry>(Math.Min(query.Limit, 1_024));
        string? next = null;
        for (var scanned = 0; await scan.MoveNextAsync(new HybridTimestamp(time), cancellationToken).ConfigureAwait(false); scanned++)
        {
            if (scanned == Limits.KeysScannedPerPageMax)
            {
                next = scan.Previous;
                break;
            }

            if (await EntryAsync(scan, query, time, cancellationToken).ConfigureAwait(false) is not { } entry)
            {
                continue;
            }

            if (entries.Count == query.Limit)
            {
                next = entries[^1].Key;
                break;
            }

            entries.Add(entry);
        }

        return new KvListPage { Entries = entries.DrainToImmutable(), Next = next, SystemTime = new HybridTimestamp(time) };
    }

    // The newest version counts, of all agents that had the key's slot: an own one of the present stay in any case.
    private async ValueTask<KvListEntry?> EntryAsync(KvListScan scan, KvListQuery query, ulong time, CancellationToken cancellationToken)
    {
        if (!scan.IsAsked)
        {
            return null;
        }

        var own = await OwnEntryAsync(scan, query, time, cancellationToken).ConfigureAwait(false);
        if (query.OwnOf is not null)
        {
            return own is null ? null : own with { SystemTime = scan.Heritage!.RankOf(own.Key, own.WriteId.Sequence, own.SystemTime) };
        }

        var newest = own is not null && scan.IsNewest(own.WriteId.Sequence, own.SystemTime) ? own : scan.Inherited;
        return newest is null or { IsGone: true } || IsOver(newest.ExpiresAt, time) ? null : newest;
    }

    private ValueTask<KvListEntry?> OwnEntryAsync(KvListScan scan, KvListQuery query, ulong time, CancellationToken cancellationToken)
    {
        var key = scan.Current;
        if (TryFindInMemory(scan, query, time, out var found, out var isEncrypted))
        {
            return new(isEncrypted ? Readable(found!, isEncrypted) : found);
        }

        if (scan.Entry is not { } entry)
        {
            return new((KvListEntry?)null);
        }

        var listed = new KvListEntry(key, new WriteId(Encoder.AgentDigest, entry.Sequence, entry.Ordinal), entry.SystemTime)
        {
            ExpiresAt = entry.Expiry,
            IsGone = IsDeleted(entry) || IsErased(entry),
        };
        return query.WithValues && !listed.IsGone && !IsOver(entry.Expiry, time) ? WithValueAsync(listed, entry, cancellationToken) : new(listed);
    }

    // True when memory has the newest own version.
    private bool TryFindInMemory(KvListScan scan, KvListQuery query, ulong time, out KvListEntry? found, out bool isEncrypted)
    {
        var key = scan.Current;
        lock (Gate)
        {
            foreach (var versions in scan.InMemory)
            {
                if (versions.Find(time, Log.DurableThrough) is { } node)
                {
                    var isGone = node.IsDeleted || node.IsErased;
                    found = new KvListEntry(key, new WriteId(Encoder.AgentDigest, node.Sequence, node.Ordinal), new HybridTimestamp(node.Time))
                    {
                        Value = query.WithValues && !isGone ? node.Value : default,
                        ExpiresAt = node.ExpiresAt,
                        IsGone = isGone,
                    };
                    isEncrypted = !isGone && query.WithValues && node.IsEncrypted;
                    return true;
                }
            }
        }

        (found, isEncrypted) = (null, false);
        return false;
    }

    // Gone when the value's key was destroyed.
    private KvListEntry? Readable(KvListEntry listed, bool isEncrypted) =>
        Reveal(listed.Key, listed.Value, isEncrypted) is { IsEmpty: false } value ? listed with { Value = value } : listed with { Value = default, IsGone = true };

    private async ValueTask<KvListEntry?> WithValueAsync(KvListEntry listed, Storage.Runs.RunEntry entry, CancellationToken cancellationToken)
    {
        var version = await ReadVersionAsync(listed.Key, entry, cancellationToken).ConfigureAwait(false);
        return Readable(listed with { Value = version.Value }, !version.DataKey.IsNone);
    }

    /// <summary>Keys of memory and runs in one order.</summary>
    private sealed class KvListScan
    {
        private readonly string prefix;

        // None for a prefix that ends within a character of two units: no bytes are the beginning of that, but text is.
        private readonly byte[]? prefixBytes;
        private readonly KvMemoryKeys memory;
        private KvRunKeys? runs;
        private List<KvInheritedKeys> inherited = [];
        private KvKeyName previous;

        private KvListScan(string prefix, KvMemoryKeys memory, string? after)
        {
            (this.prefix, this.memory) = (prefix, memory);
            prefixBytes = prefix.Length > 0 && char.IsHighSurrogate(prefix[^1]) ? null : Encoding.UTF8.GetBytes(prefix);
            Name = after is null ? default : new KvKeyName(after);
        }

        /// <summary>The current key's versions in memory, newest generation first.</summary>
        public List<KvKey> InMemory { get; } = [];

        /// <summary>The current key, of which text is made only when somebody asks.</summary>
        public KvKeyName Name { get; private set; }

        /// <summary>The current key as text.</summary>
        public string Current => Name.Text!;

        /// <summary>The key before it; null when there was none and none to begin behind.</summary>
        public string? Previous => previous.Text;

        /// <summary>What the agent has taken over; null when no slot has moved.</summary>
        public KvHeritage? Heritage { get; private init; }

        /// <summary>Own versions of the current key with a higher sequence count, whatever others have.</summary>
        public long After { get; private set; }

        /// <summary>Whether the current key is in a slot that is asked about.</summary>
        public bool IsAsked { get; private set; } = true;

        /// <summary>The newest version of the current key that another agent has, a tombstone perhaps; null for none.</summary>
        public KvListEntry? Inherited { get; private set; }

        /// <summary>The newest entry of the current key in runs, at or before the moment; null when there is none.</summary>
        public Storage.Runs.RunEntry? Entry { get; private set; }

        public static async ValueTask<KvListScan> OpenAsync(
            StorageCore core, KvListQuery query, Manifest? view, KvGeneration[] resident, KvHeritage? heritage, CancellationToken cancellationToken)
        {
            Array.Reverse(resident);
            var start = query.After is { } after && Utf8Order.Compare(after, query.Prefix) >= 0 ? after : query.Prefix;
            var exclusive = ReferenceEquals(start, query.After);
            var startKey = Encoding.UTF8.GetBytes(start);
            var sorted = Array.ConvertAll(resident, generation => (generation, generation.SortedEntries(core.Gate)));
            var scan = new KvListScan(query.Prefix, new KvMemoryKeys(sorted, startKey, exclusive), query.After) { Heritage = heritage };
            if (view is not null && resident[^1].FirstSequence > 1)
            {
                var runs = await core.RunsOfAsync(view, cancellationToken).ConfigureAwait(false);
                scan.runs = new KvRunKeys(runs.OpenCursor());
                await scan.runs.SeekAsync(startKey, exclusive, cancellationToken).ConfigureAwait(false);
            }

            if (heritage is not null && query.OwnOf is null)
            {
                scan.inherited = await core.OpenInheritedAsync(heritage, query, cancellationToken).ConfigureAwait(false);
            }

            return scan;
        }

        /// <summary>Goes on to the next key. Where memory has all of them it costs no task.</summary>
        /// <param name="time">The moment that <see cref="Entry"/> is for.</param>
        /// <param name="cancellationToken">Stops reading runs; nothing is lost.</param>
        /// <returns>False behind the last key.</returns>
        public ValueTask<bool> MoveNextAsync(HybridTimestamp time, CancellationToken cancellationToken)
        {
            if (runs is not null || Heritage is not null || prefixBytes is null)
            {
                return MergeNextAsync(time, cancellationToken);
            }

            previous = Name;
            if (memory.IsAtEnd || !memory.Key.StartsWith(prefixBytes))
            {
                return new(false);
            }

            Name = memory.Name;
            InMemory.Clear();
            memory.Pass(InMemory);
            return new(true);
        }

        private async ValueTask<bool> MergeNextAsync(HybridTimestamp time, CancellationToken cancellationToken)
        {
            previous = Name;
            var inMemory = memory.IsAtEnd ? null : memory.Name.Text;
            var lowest = inMemory;
            foreach (var source in inherited)
            {
                lowest = Lower(lowest, source.Current?.Key);
            }

            lowest = Lower(lowest, runs?.Current);
            if (lowest is null || !lowest.StartsWith(prefix, StringComparison.Ordinal))
            {
                return false;
            }

            Name = new KvKeyName(lowest);
            Entry = null;
            InMemory.Clear();
            if (string.Equals(inMemory, lowest, StringComparison.Ordinal))
            {
                memory.Pass(InMemory);
            }

            if (runs is not null)
            {
                Entry = await runs.PassAsync(lowest, time, cancellationToken).ConfigureAwait(false);
            }

            if (Heritage is { } heritage)
            {
                (After, IsAsked) = (heritage.AfterOf(lowest), heritage.Has(lowest));
                await InheritAsync(lowest, cancellationToken).ConfigureAwait(false);
            }

            return true;
        }

        /// <summary>Whether an own version of the current key is newer than what other agents have of it.</summary>
        public bool IsNewest(long sequence, HybridTimestamp systemTime) =>
            Inherited is null || sequence > After || Heritage!.RankOf(Current, sequence, systemTime) >= Inherited.SystemTime;

        private async ValueTask InheritAsync(string key, CancellationToken cancellationToken)
        {
            Inherited = null;
            foreach (var source in inherited)
            {
                if (string.Equals(source.Current?.Key, key, StringComparison.Ordinal))
                {
                    var passed = await source.PassAsync(cancellationToken).ConfigureAwait(false);
                    Inherited = Inherited is null || passed.SystemTime > Inherited.SystemTime ? passed : Inherited;
                }
            }
        }

        private static string? Lower(string? left, string? right) =>
            left is null ? right : right is null || Utf8Order.Compare(left, right) <= 0 ? left : right;
    }
}
