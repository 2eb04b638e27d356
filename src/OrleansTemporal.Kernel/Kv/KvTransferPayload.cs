using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;
using OrleansTemporal.Catalog;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Kv;

/// <summary>
/// The payload of a hand-over and of a take-over (docs/formats/slots.md), and of a row of them in a manifest. Numbers are
/// varints, times eight bytes little-endian.
/// </summary>
public static class KvTransferPayload
{
    /// <summary>The schema version that the header of such a delta names.</summary>
    public const ushort SchemaVersion = 1;

    private const byte HandOver = 1;
    private const byte TakeOver = 2;

    /// <summary>Writes what a transfer says beside its own place in the log.</summary>
    public static void Write(IBufferWriter<byte> writer, KvTransfer transfer)
    {
        writer.Write([transfer.IsHandOver ? HandOver : TakeOver]);
        Varint.Write(writer, (ulong)transfer.MapVersion);
        var peer = Encoding.ASCII.GetBytes(transfer.Peer.ToString());
        Varint.Write(writer, (ulong)peer.Length);
        writer.Write(peer);
        Varint.Write(writer, (ulong)transfer.PeerSequence);
        WriteTime(writer, transfer.PeerSystemTime);
        WriteSlots(writer, transfer.Slots);
    }

    /// <summary>Reads one from the payload of its delta.</summary>
    /// <exception cref="Errors.TemporalException">Corrupt, <c>payload_malformed</c>.</exception>
    public static KvTransfer Read(ReadOnlySpan<byte> payload, long sequence, HybridTimestamp systemTime)
    {
        var transfer = ReadOne(ref payload, sequence, systemTime);
        return payload.IsEmpty ? transfer : throw KvPayloadFormat.Malformed("moves slots and has bytes after its end");
    }

    /// <summary>Writes transfers in the order of their sequences, each with its place in the log.</summary>
    public static void WriteAll(IBufferWriter<byte> writer, IReadOnlyList<KvTransfer> transfers)
    {
        Varint.Write(writer, (ulong)transfers.Count);
        foreach (var transfer in transfers)
        {
            Varint.Write(writer, (ulong)transfer.Sequence);
            WriteTime(writer, transfer.SystemTime);
            Write(writer, transfer);
        }
    }

    /// <summary>Reads what <see cref="WriteAll"/> wrote.</summary>
    /// <exception cref="Errors.TemporalException">Corrupt, <c>payload_malformed</c>.</exception>
    public static ImmutableArray<KvTransfer> ReadAll(ReadOnlySpan<byte> bytes)
    {
        var count = ReadNumber(ref bytes);
        var transfers = ImmutableArray.CreateBuilder<KvTransfer>();
        for (var i = 0L; i < count; i++)
        {
            var sequence = ReadNumber(ref bytes);
            transfers.Add(ReadOne(ref bytes, sequence, ReadTime(ref bytes)));
        }

        return bytes.IsEmpty ? transfers.DrainToImmutable() : throw KvPayloadFormat.Malformed("of moved slots is followed by bytes");
    }

    private static KvTransfer ReadOne(ref ReadOnlySpan<byte> bytes, long sequence, HybridTimestamp systemTime)
    {
        if (bytes.IsEmpty || bytes[0] is not (HandOver or TakeOver))
        {
            throw KvPayloadFormat.Malformed("moves slots in a way that this version doesn't know");
        }

        var isHandOver = bytes[0] == HandOver;
        bytes = bytes[1..];
        var version = ReadNumber(ref bytes);
        var length = ReadNumber(ref bytes);
        if (length > bytes.Length || !AgentId.TryParse(bytes[..(int)length], out var peer))
        {
            throw KvPayloadFormat.Malformed("moves slots from or to an agent that can't be");
        }

        bytes = bytes[(int)length..];
        return new KvTransfer
        {
            IsHandOver = isHandOver,
            MapVersion = version,
            Peer = peer,
            PeerSequence = ReadNumber(ref bytes),
            PeerSystemTime = ReadTime(ref bytes),
            Slots = ReadSlots(ref bytes),
            Sequence = sequence,
            SystemTime = systemTime,
        };
    }

    // Lengths of runs of slots, alternately out and in, beginning with out.
    private static void WriteSlots(IBufferWriter<byte> writer, SlotSet slots)
    {
        var isIn = false;
        for (var slot = 0; slot < Limits.SlotCount; isIn = !isIn)
        {
            var first = slot;
            while (slot < Limits.SlotCount && slots.Contains(slot) == isIn)
            {
                slot++;
            }

            Varint.Write(writer, (ulong)(slot - first));
        }
    }

    private static SlotSet ReadSlots(ref ReadOnlySpan<byte> bytes)
    {
        var slots = new bool[Limits.SlotCount];
        var isIn = false;
        for (var slot = 0; slot < Limits.SlotCount; isIn = !isIn)
        {
            var length = ReadNumber(ref bytes);
            if (length > Limits.SlotCount - slot || (length == 0 && slot > 0))
            {
                throw KvPayloadFormat.Malformed("moves slots that can't be");
            }

            slots.AsSpan(slot, (int)length).Fill(isIn);
            slot += (int)length;
        }

        return SlotSet.Where(slot => slots[slot]);
    }

    private static long ReadNumber(ref ReadOnlySpan<byte> bytes) =>
        Varint.TryRead(ref bytes, out var number) && number <= long.MaxValue ? (long)number : throw KvPayloadFormat.Malformed("that moves slots has a number that can't be");

    private static void WriteTime(IBufferWriter<byte> writer, HybridTimestamp time)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(writer.GetSpan(sizeof(ulong)), time.Value);
        writer.Advance(sizeof(ulong));
    }

    private static HybridTimestamp ReadTime(ref ReadOnlySpan<byte> bytes)
    {
        if (!BinaryPrimitives.TryReadUInt64LittleEndian(bytes, out var time))
        {
            throw KvPayloadFormat.Malformed("that moves slots ends within a time");
        }

        bytes = bytes[sizeof(ulong)..];
        return new HybridTimestamp(time);
    }
}
