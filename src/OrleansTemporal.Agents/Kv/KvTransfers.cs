using System.Collections.Immutable;
using OrleansTemporal.Catalog;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Kv;

/// <summary>
/// The slots that an agent has handed over and taken over, in the order of its log: the slot maps of the past as far as
/// they concern it. Immutable.
/// </summary>
internal sealed class KvTransfers
{
    private readonly KvTransfer[][] bySlot;
    private readonly KvTenure[] latest;

    public KvTransfers(ImmutableArray<KvTransfer> all)
        : this(all, [], new KvTransfer[Limits.SlotCount][], new KvTenure[Limits.SlotCount])
    {
    }

    // Takes over what is known of earlier transfers, to be changed for the slots of the added ones.
    private KvTransfers(ImmutableArray<KvTransfer> added, ImmutableArray<KvTransfer> earlier, KvTransfer[][] bySlot, KvTenure[] latest)
    {
        All = earlier.AddRange(added);
        this.bySlot = bySlot;
        this.latest = latest;
        for (var slot = 0; slot < bySlot.Length; slot++)
        {
            KvTransfer[] own = [.. added.Where(transfer => transfer.Slots.Contains(slot))];
            bySlot[slot] = bySlot[slot] is { Length: > 0 } known && own.Length > 0 ? [.. known, .. own] : own.Length > 0 ? own : bySlot[slot] ?? [];
            if (own.Length > 0)
            {
                latest[slot] = At(slot, ulong.MaxValue);
            }
        }
    }

    public ImmutableArray<KvTransfer> All { get; }

    /// <summary>The transfer that an order has led to before, or null.</summary>
    public KvTransfer? Find(KvTransferOrder order, bool isHandOver) =>
        All.FirstOrDefault(transfer => transfer.IsHandOver == isHandOver && transfer.MapVersion == order.MapVersion && transfer.Peer == order.Peer);

    /// <summary>Whether a slot has been in any transfer.</summary>
    public bool HasMoved(int slot) => bySlot[slot].Length > 0;

    /// <summary>The newest hand-over of a slot, or null.</summary>
    public KvTransfer? LastHandOver(int slot) => bySlot[slot].LastOrDefault(static transfer => transfer.IsHandOver);

    /// <summary>The newest take-over of a slot up to a sequence of the agent's log, or null.</summary>
    public KvTransfer? LastTakeOver(int slot, long throughSequence) =>
        bySlot[slot].LastOrDefault(transfer => !transfer.IsHandOver && transfer.Sequence <= throughSequence);

    /// <summary>Whether a slot has been handed over since a slot map.</summary>
    public bool HasLeftSince(int slot, long mapVersion) => bySlot[slot].Any(transfer => transfer.IsHandOver && transfer.MapVersion > mapVersion);

    /// <summary>What the agent has of a slot now.</summary>
    public KvTenure Now(int slot) => latest[slot];

    /// <summary>
    /// What the agent has, or had, of a slot as of a moment. Before a take-over the moment is the peer's to answer, whoever
    /// had the slot then: so the line of transfers is followed back to the one who had it.
    /// </summary>
    public KvTenure At(int slot, ulong time)
    {
        var moves = bySlot[slot];
        var own = IsOwnAtFirst(moves);
        var (after, from) = (0L, (KvTransfer?)null);
        foreach (var transfer in moves)
        {
            // A hand-over still answers for its own moment, a take-over has nothing before it.
            if (transfer.IsHandOver ? transfer.SystemTime.Value >= time : transfer.SystemTime.Value > time)
            {
                return own ? new KvTenure(after, from, false) : new KvTenure(long.MaxValue, transfer, false);
            }

            own = !transfer.IsHandOver;
            (after, from) = own ? (transfer.Sequence, transfer) : (after, from);
        }

        return own ? new KvTenure(after, from, false) : new KvTenure(long.MaxValue, null, true);
    }

    /// <summary>The time of the hand-over before a sequence, when the agent had not taken the slot over again by then; null when it had the slot.</summary>
    public HybridTimestamp? StayEndBefore(int slot, long sequence)
    {
        var moves = bySlot[slot];
        var (low, high) = (0, moves.Length);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            (low, high) = moves[middle].Sequence < sequence ? (middle + 1, high) : (low, middle);
        }

        return low > 0 && moves[low - 1] is { IsHandOver: true } last ? last.SystemTime : null;
    }

    /// <summary>The slots that the agent has by a slot map. Those that were never in a transfer are among them.</summary>
    public SlotSet OwnedIn(long mapVersion) => SlotSet.Where(slot =>
    {
        var own = IsOwnAtFirst(bySlot[slot]);
        foreach (var transfer in bySlot[slot])
        {
            own = mapVersion == 0 || transfer.MapVersion <= mapVersion ? !transfer.IsHandOver : own;
        }

        return own;
    });

    public KvTransfers Add(KvTransfer transfer) => new([transfer], All, [.. bySlot], [.. latest]);

    private static bool IsOwnAtFirst(KvTransfer[] moves) => moves.Length == 0 || moves[0].IsHandOver;
}
