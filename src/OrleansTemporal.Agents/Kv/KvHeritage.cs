using OrleansTemporal.Catalog;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Kv;

/// <summary>
/// Which keys an agent answers for in a scan as of a moment, and of which slots others may have the newest version: those
/// that the agent has taken over and not necessarily written to since.
/// </summary>
/// <remarks>
/// The others are asked once each, however often slots have moved: only who had a slot wrote to it, and always later than
/// who had it before, so of all that lies about the newest counts.
/// </remarks>
internal sealed class KvHeritage
{
    private readonly KvTransfers? transfers;
    private readonly SlotSet slots;
    private readonly KvTenure[] tenures = new KvTenure[Limits.SlotCount];

    /// <param name="transfers">The agent's transfers.</param>
    /// <param name="slots">The slots that are asked about.</param>
    /// <param name="time">The moment, closed.</param>
    public KvHeritage(KvTransfers? transfers, SlotSet slots, ulong time)
    {
        this.transfers = transfers;
        this.slots = slots;
        AskedAt = new HybridTimestamp(time);
        if (transfers is null)
        {
            return;
        }

        var latest = 0UL;
        for (var slot = 0; slot < tenures.Length; slot++)
        {
            if (!slots.Contains(slot))
            {
                continue;
            }

            tenures[slot] = transfers.At(slot, time);
            IsElsewhere |= tenures[slot].IsElsewhere;
            latest = tenures[slot].From is { } from ? Math.Max(latest, from.PeerSystemTime.Value) : latest;
        }

        if (latest > 0)
        {
            Inherited = SlotSet.Where(slot => slots.Contains(slot) && tenures[slot].From is not null);

            // Nobody else has written to one of these slots since.
            Moment = new HybridTimestamp(Math.Min(time, latest));
        }
    }

    /// <summary>The moment that is asked about.</summary>
    public HybridTimestamp AskedAt { get; }

    /// <summary>True when another agent has some of the slots by now.</summary>
    public bool IsElsewhere { get; }

    /// <summary>The slots that others have written to before; null for none.</summary>
    public SlotSet? Inherited { get; }

    /// <summary>The moment as of which they are asked: a hand-over, so that it is closed.</summary>
    public HybridTimestamp Moment { get; }

    /// <summary>Own versions of a key with a higher sequence count, whatever others have; <see cref="long.MaxValue"/> when the key is not asked about.</summary>
    public long AfterOf(string key)
    {
        var slot = SlotHash.Of(key);
        return slots.Contains(slot) ? tenures[slot].After : long.MaxValue;
    }

    /// <summary>Whether a key is asked about.</summary>
    public bool Has(string key) => slots.Contains(SlotHash.Of(key));

    /// <summary>Where an own version stands among those of other agents: its time, or that of the hand-over before, when it was written while the agent did not have the slot, as tombstones of erasures are.</summary>
    public HybridTimestamp RankOf(string key, long sequence, HybridTimestamp systemTime) =>
        transfers?.StayEndBefore(SlotHash.Of(key), sequence) ?? systemTime;
}
