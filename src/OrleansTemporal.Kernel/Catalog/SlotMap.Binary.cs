using System.Buffers;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Catalog;

// The stored form, docs/formats/slots.md: format number, version, and runs of slots with one owner.
public sealed partial class SlotMap
{
    private const byte Format = 1;

    /// <summary>The stored form: 6 bytes for one partition, about three for each further run.</summary>
    public byte[] ToBytes()
    {
        var writer = new ArrayBufferWriter<byte>(64);
        writer.Write([Format]);
        Varint.Write(writer, (ulong)Version);
        var runs = 0;
        for (var slot = 0; slot < Limits.SlotCount; slot += RunLength(slot))
        {
            runs++;
        }

        Varint.Write(writer, (ulong)runs);
        for (var slot = 0; slot < Limits.SlotCount; slot += RunLength(slot))
        {
            Varint.Write(writer, (ulong)RunLength(slot));
            Varint.Write(writer, partitions[slot]);
        }

        return writer.WrittenSpan.ToArray();
    }

    /// <summary>Reads the stored form.</summary>
    /// <exception cref="TemporalException"><see cref="ErrorKind.Corrupt"/>, <c>slot_map_malformed</c>: a length or number outside of its bounds, slots missing or bytes left over.</exception>
    public static SlotMap FromBytes(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length == 0 || bytes[0] != Format)
        {
            throw Refuse();
        }

        var rest = bytes[1..];
        if (!Varint.TryRead(ref rest, out var version) || version is 0 or > long.MaxValue
            || !Varint.TryRead(ref rest, out var runs) || runs is 0 or > Limits.SlotCount)
        {
            throw Refuse();
        }

        var partitions = new ushort[Limits.SlotCount];
        var slots = partitions.AsSpan();
        for (var run = 0ul; run < runs; run++)
        {
            if (!Varint.TryRead(ref rest, out var length) || length == 0 || length > (ulong)slots.Length
                || !Varint.TryRead(ref rest, out var partition) || partition >= Limits.PartitionsMax)
            {
                throw Refuse();
            }

            slots[..(int)length].Fill((ushort)partition);
            slots = slots[(int)length..];
        }

        return slots.Length == 0 && rest.Length == 0 ? new SlotMap((long)version, partitions) : throw Refuse();
    }

    private int RunLength(int slot)
    {
        var rest = partitions.AsSpan(slot, Limits.SlotCount - slot);
        var length = rest.IndexOfAnyExcept(partitions[slot]);
        return length < 0 ? rest.Length : length;
    }

    private static TemporalException Refuse() => new(ErrorKind.Corrupt, "slot_map_malformed", "The stored slot map does not parse.");
}
