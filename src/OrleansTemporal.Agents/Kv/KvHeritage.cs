using OrleansTemporal.Catalog;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Kv;

/// <summary>Which keys an agent answers for in a scan as of a moment, and who has the versions that are older than its own.</summary>
internal sealed class KvHeritage
{
    private readonly SlotSet slots;
    private readonly KvTenure[] tenures = new KvTenure[Limits.SlotCount];

    /// <param name="transfers">The agent's transfers.</param>
    /// <param name="slots">The slots that are asked about.</param>
    /// <param name="time">The moment, closed.</param>
    public KvHeritage(KvTransfers? transfers, SlotSet slots, ulong time)
    {
        this.slots = slots;
        if (transfers is null)
        {
            Sources = [];
            return;
        }

        var bySource = new Dictionary<KvTransfer, bool[]>(ReferenceEqualityComparer.Instance);
        for (var slot = 0; slot < tenures.Length; slot++)
        {
            if (!slots.Contains(slot))
            {
                continue;
            }

            tenures[slot] = transfers.At(slot, time);
            IsElsewhere |= tenures[slot].IsElsewhere;
            if (tenures[slot].From is { } from)
            {
                if (!bySource.TryGetValue(from, out var members))
                {
                    bySource[from] = members = new bool[Limits.SlotCount];
                }

                members[slot] = true;
            }
        }

        Sources = [.. bySource.OrderBy(static pair => pair.Key.Sequence).Select(pair => new Source(
            pair.Key.Peer, SlotSet.Where(slot => pair.Value[slot]), new HybridTimestamp(Math.Min(time, pair.Key.PeerSystemTime.Value))))];
    }

    /// <summary>True when another agent has some of the slots by now.</summary>
    public bool IsElsewhere { get; }

    /// <summary>Who is asked for older versions.</summary>
    public IReadOnlyList<Source> Sources { get; }

    /// <summary>Own versions of a key with a higher sequence count; <see cref="long.MaxValue"/> when the key is not asked about.</summary>
    public long AfterOf(string key)
    {
        var slot = SlotHash.Of(key);
        return slots.Contains(slot) ? tenures[slot].After : long.MaxValue;
    }

    /// <param name="Agent">Who is asked.</param>
    /// <param name="Slots">About these slots.</param>
    /// <param name="Moment">As of this moment.</param>
    internal sealed record Source(AgentId Agent, SlotSet Slots, HybridTimestamp Moment);
}
