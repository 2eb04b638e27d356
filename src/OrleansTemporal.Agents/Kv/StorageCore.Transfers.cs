using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Catalog;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Kv;

internal sealed partial class StorageCore
{
    // Where the sequence of an erasure would stand, which is never below 1; then the length of the transfers.
    private const long TransfersMark = -1;
    private const int TransfersHeadBytes = sizeof(long) + sizeof(int);

    // Null as long as no slot has moved; replaced whole under the gate.
    private KvTransfers? transfers;

    /// <summary>True when slots have come or gone, so that a read may have to be put to another agent.</summary>
    public bool HasTransfers => Volatile.Read(ref transfers) is not null;

    /// <summary>Logs a hand-over or a take-over; the same order again is answered with what it came to.</summary>
    public async ValueTask<KvTransfer> TransferAsync(KvTransferOrder order, bool isHandOver, CancellationToken cancellationToken)
    {
        var draft = DraftOf(order, isHandOver);
        var bytes = Encoder.GetRecordLength(draft.Draft);
        await Log.ReserveAsync(bytes, cancellationToken).ConfigureAwait(false);
        KvTransfer transfer;
        bool isNew;
        try
        {
            lock (Gate)
            {
                (transfer, isNew) = StageTransfer(order, isHandOver, draft);
            }
        }
        catch
        {
            Log.Release(bytes);
            throw;
        }

        if (!isNew)
        {
            Log.Release(bytes);
        }

        await Log.WhenDurableAsync(transfer.Sequence, cancellationToken).ConfigureAwait(false);
        lock (Gate)
        {
            // All deltas up to here are durable, and later ones have later times.
            closedThrough = Math.Max(closedThrough, transfer.SystemTime.Value);
        }

        return transfer;
    }

    // Under the gate.
    private (KvTransfer Transfer, bool IsNew) StageTransfer(KvTransferOrder order, bool isHandOver, PreparedDelta prepared)
    {
        RequireAlive();
        RequireLog();
        if (transfers?.Find(order, isHandOver) is { } earlier)
        {
            return (earlier, false);
        }

        for (var slot = 0; isHandOver && transfers is { } present && slot < Limits.SlotCount; slot++)
        {
            if (order.Slots.Contains(slot) && present.Now(slot).IsElsewhere)
            {
                throw Moved();
            }
        }

        Stage(prepared, default, Durability.Durable);
        return (transfers!.All[^1], true);
    }

    private PreparedDelta DraftOf(KvTransferOrder order, bool isHandOver)
    {
        var salt = new byte[PayloadBuffer.SaltBytes];
        Services.Salts.Fill(salt);
        var payload = new PayloadBuffer(salt);
        KvTransferPayload.Write(payload, new KvTransfer
        {
            IsHandOver = isHandOver,
            MapVersion = order.MapVersion,
            Slots = order.Slots,
            Peer = order.Peer,
            Sequence = 0,
            SystemTime = default,
            PeerSequence = order.HandOver?.Sequence ?? 0,
            PeerSystemTime = order.HandOver?.SystemTime ?? default,
        });
        var context = new DeltaContext
        {
            Actor = order.Actor,
            Causes = order.HandOver is { } cause ? [new WriteId(order.Peer.Digest, cause.Sequence, 0)] : [],
        };
        return new PreparedDelta(new DeltaDraft(isHandOver ? KvKinds.HandOver : KvKinds.TakeOver, KvTransferPayload.SchemaVersion, payload, context), salt);
    }

    // Under the gate. False when the delta is none of these.
    private bool TryApplyTransfer(in AppliedDelta delta, ReadOnlySpan<byte> payload)
    {
        if (delta.Kind != KvKinds.HandOver && delta.Kind != KvKinds.TakeOver)
        {
            return false;
        }

        var transfer = KvTransferPayload.Read(payload, delta.Sequence, delta.SystemTime);
        Volatile.Write(ref transfers, transfers?.Add(transfer) ?? new KvTransfers([transfer]));
        return true;
    }

    private ReadOnlyMemory<byte> WithTransfers(byte[] state)
    {
        if (transfers is not { } moved)
        {
            return state;
        }

        var rows = new ArrayBufferWriter<byte>(1_024);
        KvTransferPayload.WriteAll(rows, moved.All);
        var written = new byte[state.Length + TransfersHeadBytes + rows.WrittenCount];
        state.CopyTo(written, 0);
        BinaryPrimitives.WriteInt64LittleEndian(written.AsSpan(state.Length), TransfersMark);
        BinaryPrimitives.WriteInt32LittleEndian(written.AsSpan(state.Length + sizeof(long)), rows.WrittenCount);
        rows.WrittenSpan.CopyTo(written.AsSpan(state.Length + TransfersHeadBytes));
        return written;
    }

    // Bytes of the counters without the sequences of erasures behind them.
    private static int HeadLengthOf(ReadOnlySpan<byte> state)
    {
        var at = FacetStateBytes + KeptLengthOf(state);
        if (state.Length < at + TransfersHeadBytes || BinaryPrimitives.ReadInt64LittleEndian(state[at..]) != TransfersMark)
        {
            return Math.Min(state.Length, at);
        }

        return at + TransfersHeadBytes + BinaryPrimitives.ReadInt32LittleEndian(state[(at + sizeof(long))..]);
    }

    private void RestoreTransfers(ReadOnlySpan<byte> state)
    {
        var head = HeadLengthOf(state);
        var at = FacetStateBytes + KeptLengthOf(state);
        var all = head <= at ? [] : KvTransferPayload.ReadAll(state[(at + TransfersHeadBytes)..head]);
        Volatile.Write(ref transfers, all.IsEmpty ? null : new KvTransfers(all));
    }

    // Under the gate. Whether more than the agent's own memory and runs decides about a key.
    private bool HasMoved(in KvLookup lookup) => transfers is { } moved && moved.HasMoved(SlotHash.Of(lookup.Key));

    // Under the gate. Whether another agent has the slot of a key.
    private bool HasLeft(in KvLookup lookup) => transfers is { } moved && moved.Now(SlotHash.Of(lookup.Key)).IsElsewhere;

    // Under the gate. Whether a version of the agent's own is the one that counts for its key, or another agent's is.
    private bool CountsHere(string key, long sequence) =>
        transfers?.Now(SlotHash.Of(key)) is not { } tenure || (!tenure.IsElsewhere && sequence > tenure.After);

    // Under the gate. A write goes only where its slot is.
    private void RequireHere(KvPreparedWrite prepared, KvTransfers moved)
    {
        for (var i = 0; i < prepared.Write.Operations.Length; i++)
        {
            if (moved.Now(SlotHash.Of(prepared.KeyOf(i).Key)).IsElsewhere)
            {
                throw Moved();
            }
        }
    }

    private TemporalException Moved() =>
        new(ErrorKind.Unavailable, ErrorCodes.SlotsMoved, $"Another partition of '{Id.Name}' has these keys by now.") { RetryAfter = TimeSpan.FromSeconds(1) };
}
