using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Kv;

/// <summary>
/// Makes the rows of a history from the versions of its key, visited one after the other in the order of the query. Where
/// a value ended before anything else was written it puts the tombstone of its expiry, and it leaves out those that
/// clean-up wrote later: so a history is the same whether that has been or not.
/// </summary>
/// <param name="query">What is asked for.</param>
/// <param name="digest">Digest of the agent.</param>
/// <param name="closed">Every moment up to here is closed.</param>
/// <param name="after">Versions up to this sequence belong to an earlier stay of the slot; 0 for none.</param>
/// <param name="first">Versions before this one are no longer kept.</param>
internal sealed class KvHistoryRows(KvHistoryQuery query, uint digest, HybridTimestamp closed, long after, (long Sequence, ushort Ordinal) first)
{
    private readonly ImmutableArray<KvVersion>.Builder rows = ImmutableArray.CreateBuilder<KvVersion>(Math.Min(query.Limit + 1, 1_024));
    private KvStamp? beside;

    /// <summary>One row more than is asked for tells that there is a next page.</summary>
    public bool IsFull => rows.Count > query.Limit;

    public int Count => rows.Count;

    /// <summary>The end of the newest value when it lies behind what is closed; zero when there is none.</summary>
    public HybridTimestamp Open { get; private set; }

    public void Add(KvVersion version) => Fill(Reserve(), version);

    /// <summary>Keeps the place of a version that is still being read. Nobody asks for rows before all of them are filled.</summary>
    public KvHistoryRow Reserve()
    {
        rows.Add(null!);
        return new KvHistoryRow(rows.Count - 1, IsTombstone);
    }

    /// <summary>Puts a version at its place.</summary>
    public void Fill(KvHistoryRow row, KvVersion version) => rows[row.Index] =
        row.IsTombstone ? version with { WriteId = KvExpiry.TombstoneOf(version.PreviousWriteId) } : version;

    /// <summary>Comes to a version.</summary>
    /// <returns>True when it is asked for, to be added by the caller.</returns>
    public bool Visit(in KvStamp stamp)
    {
        if (stamp.Sequence <= after || (stamp.Sequence, stamp.Ordinal).CompareTo(first) < 0)
        {
            return false;
        }

        if (query.AsLogged)
        {
            beside = stamp;
            return !IsFull && IsAskedFor(stamp.Sequence, stamp.Ordinal, stamp.SystemTime);
        }

        if (query.Ascending)
        {
            EndBeside(stamp.IsExpired ? HybridTimestamp.MaxValue : stamp.SystemTime);
            beside = stamp.IsExpired ? null : stamp;
        }
        else
        {
            if (!stamp.IsExpired && stamp.ExpiresAt.Value != 0)
            {
                EndNewest(stamp);
            }

            beside = stamp;
        }

        return !stamp.IsExpired && !IsFull && IsAskedFor(stamp.Sequence, stamp.Ordinal, stamp.SystemTime);
    }

    /// <summary>Comes to the end.</summary>
    public ImmutableArray<KvVersion> Finish(out bool hasMore)
    {
        if (query is { Ascending: true, AsLogged: false } && beside is { ExpiresAt.Value: not 0 } newest)
        {
            Open = newest.ExpiresAt > closed ? newest.ExpiresAt : default;
            EndBeside(closed);
        }

        hasMore = IsFull;
        if (hasMore)
        {
            rows.Count = query.Limit;
        }

        return rows.DrainToImmutable();
    }

    // Only a history as it was logged comes to what clean-up wrote.
    private bool IsTombstone => query.AsLogged && beside is { IsExpired: true };

    private void EndBeside(HybridTimestamp through)
    {
        if (beside is { ExpiresAt.Value: not 0 } value && value.ExpiresAt <= through)
        {
            AddTombstone(value);
        }
    }

    private void EndNewest(in KvStamp value)
    {
        if (beside is null)
        {
            Open = value.ExpiresAt > closed ? value.ExpiresAt : default;
        }

        if (beside is not { } newer ? value.ExpiresAt <= closed : newer.IsExpired || value.ExpiresAt <= newer.SystemTime)
        {
            AddTombstone(value);
        }
    }

    private void AddTombstone(in KvStamp value)
    {
        if (IsFull || !IsAskedFor(value.Sequence, value.Ordinal | KvExpiry.TombstoneBit, value.ExpiresAt, value.SystemTime))
        {
            return;
        }

        var id = new WriteId(digest, value.Sequence, value.Ordinal);
        rows.Add(new KvVersion
        {
            Key = query.Key,
            Value = default,
            WriteId = KvExpiry.TombstoneOf(id),
            PreviousWriteId = id,
            DistinctionId = default,
            SystemTime = value.ExpiresAt,
            IsDeleted = true,
        });
    }

    private bool IsAskedFor(long sequence, int ordinal, HybridTimestamp time) => IsAskedFor(sequence, ordinal, time, time);

    // The end of a value may come behind the upper bound, but not its writing.
    private bool IsAskedFor(long sequence, int ordinal, HybridTimestamp time, HybridTimestamp written)
    {
        if (time < query.From || (query.To.Value != 0 && (written >= query.To || (time >= query.To && time > query.EndsThrough))))
        {
            return false;
        }

        if (query.Cursor.IsNone)
        {
            return true;
        }

        var order = sequence != query.Cursor.Sequence ? sequence.CompareTo(query.Cursor.Sequence) : ordinal.CompareTo(query.Cursor.Ordinal);
        return query.Ascending ? order > 0 : order < 0;
    }
}
