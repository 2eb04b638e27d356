using OrleansTemporal.Catalog;
using OrleansTemporal.Causality;
using OrleansTemporal.Channels;
using OrleansTemporal.Encryption;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Wire;

/// <summary>Formats of values that are no plain records: numbers, texts, and ids that check themselves.</summary>
internal static class WireScalars
{
    public static IEnumerable<KeyValuePair<Type, WireFormat>> All =>
    [
        Of<bool>("bool", 1, static (writer, value) => writer.WriteByte(value ? (byte)1 : (byte)0), static (ref reader) => reader.ReadByte() != 0),
        Of<byte>("u8", 1, static (writer, value) => writer.WriteByte(value), static (ref reader) => reader.ReadByte()),
        Of<ushort>("varint", 1, static (writer, value) => writer.WriteVarint(value), static (ref reader) => checked((ushort)reader.ReadVarint())),
        Of<int>("signed", 1, static (writer, value) => writer.WriteSigned(value), static (ref reader) => checked((int)reader.ReadSigned())),
        Of<uint>("u32", 4, static (writer, value) => writer.WriteUInt32(value), static (ref reader) => reader.ReadUInt32()),
        Of<long>("signed", 1, static (writer, value) => writer.WriteSigned(value), static (ref reader) => reader.ReadSigned()),
        Of<ulong>("u64", 8, static (writer, value) => writer.WriteUInt64(value), static (ref reader) => reader.ReadUInt64()),
        Of<float>("f32", 4, static (writer, value) => writer.WriteUInt32(BitConverter.SingleToUInt32Bits(value)), static (ref reader) => BitConverter.UInt32BitsToSingle(reader.ReadUInt32())),
        Of<double>("f64", 8, static (writer, value) => writer.WriteUInt64(BitConverter.DoubleToUInt64Bits(value)), static (ref reader) => BitConverter.UInt64BitsToDouble(reader.ReadUInt64())),
        Of<UInt128>("u128", 16, static (writer, value) => writer.WriteUInt128(value), static (ref reader) => reader.ReadUInt128()),
        Of<string>("text", 1, static (writer, value) => writer.WriteText(value), static (ref reader) => reader.ReadText()!),
        Of<TimeSpan>("ticks", 1, static (writer, value) => writer.WriteSigned(value.Ticks), static (ref reader) => new TimeSpan(reader.ReadSigned())),
        Of<DateTimeOffset>(
            "ticks, minutes",
            2,
            static (writer, value) =>
            {
                writer.WriteSigned(value.Ticks);
                writer.WriteSigned(value.TotalOffsetMinutes);
            },
            static (ref reader) => new DateTimeOffset(reader.ReadSigned(), TimeSpan.FromMinutes(reader.ReadSigned()))),
        Of<HybridTimestamp>("u64", 8, static (writer, value) => writer.WriteUInt64(value.Value), static (ref reader) => new HybridTimestamp(reader.ReadUInt64())),
        Of<Distinction>("32 bytes", Distinction.Size, static (writer, value) => value.CopyTo(writer.Take(Distinction.Size)), static (ref reader) => Distinction.FromBytes(reader.Take(Distinction.Size))),
        Of<DataKeyId>("u128", DataKeyId.Size, static (writer, value) => writer.WriteUInt128(value.Value), static (ref reader) => new DataKeyId(reader.ReadUInt128())),
        Of<DataKeyScope>("text", 1, static (writer, value) => writer.WriteText(value?.ToString()), ReadScope),
        Of<SlotSet>("64 u64 raw", 1, WriteSlots, ReadSlots),
        Of<AsOf>("u64, signed", 9, WriteAsOf, ReadAsOf),
        Of<WriteId>(
            "u32, signed, varint",
            6,
            static (writer, value) =>
            {
                writer.WriteUInt32(value.AgentDigest);
                writer.WriteSigned(value.Sequence);
                writer.WriteVarint(value.Ordinal);
            },
            static (ref reader) => new WriteId(reader.ReadUInt32(), reader.ReadSigned(), checked((ushort)reader.ReadVarint()))),
        Of<ChannelCursor>(
            "varint, varint",
            2,
            static (writer, value) =>
            {
                writer.WriteVarint((ulong)value.Sequence);
                writer.WriteVarint((ulong)value.Offset);
            },
            static (ref reader) => new ChannelCursor(checked((long)reader.ReadVarint()), checked((long)reader.ReadVarint()))),
        Of<AgentId>("text", 1, static (writer, value) => writer.WriteText(value.IsNone ? null : value.ToString()), static (ref reader) => reader.ReadText() is { } text ? AgentId.Parse(text) : default),
        Of<TemporalException>("exception", 1, WriteException, ReadException),
    ];

    private static KeyValuePair<Type, WireFormat> Of<T>(string shape, int bytesMin, Action<WireWriter, T> write, WireScalar<T>.Reading read) =>
        new(typeof(T), new WireScalar<T>(shape, bytesMin, write, read));

    private static DataKeyScope ReadScope(ref WireReader reader) =>
        reader.ReadText() is not { } text ? null! : DataKeyScope.TryParse(text, out var scope) ? scope : throw WireReader.Malformed();

    private static void WriteSlots(WireWriter writer, SlotSet value)
    {
        writer.WriteByte(value is null ? (byte)0 : (byte)1);
        if (value is not null)
        {
            writer.WriteRaw(value.Words.AsSpan());
        }
    }

    private static SlotSet ReadSlots(ref WireReader reader) =>
        reader.ReadByte() == 0 ? null! : SlotSet.FromWords([.. reader.ReadRaw<ulong>(Limits.SlotCount / 64)]);

    private static void WriteAsOf(WireWriter writer, AsOf value)
    {
        writer.WriteUInt64(value.SystemTime?.Value ?? 0);
        writer.WriteSigned(value.Sequence ?? 0);
    }

    private static AsOf ReadAsOf(ref WireReader reader)
    {
        var (instant, sequence) = (reader.ReadUInt64(), reader.ReadSigned());
        return instant != 0 ? AsOf.At(new HybridTimestamp(instant)) : sequence != 0 ? AsOf.After(sequence) : AsOf.Latest;
    }

    // The stack of the other process is worth a look in a log; what caused the exception there is in its text.
    private static void WriteException(WireWriter writer, TemporalException value)
    {
        writer.WriteByte((byte)value.Kind);
        writer.WriteText(value.Code);
        writer.WriteText(value.Message);
        writer.WriteText(value.Field);
        WireFormats.Of<long?>().Write(writer, value.Limit);
        writer.WriteByte(value.OutcomeUnknown ? (byte)1 : (byte)0);
        WireFormats.Of<TimeSpan?>().Write(writer, value.RetryAfter);
        writer.WriteText(value.CurrentETag);
        writer.WriteText(value.ObjectPath);
        writer.WriteText(value.StackTrace);
    }

    private static TemporalException ReadException(ref WireReader reader)
    {
        var exception = new TemporalException((ErrorKind)reader.ReadByte(), reader.ReadText()!, reader.ReadText()!)
        {
            Field = reader.ReadText(),
            Limit = WireFormats.Of<long?>().Read(ref reader),
            OutcomeUnknown = reader.ReadByte() != 0,
            RetryAfter = WireFormats.Of<TimeSpan?>().Read(ref reader),
            CurrentETag = reader.ReadText(),
            ObjectPath = reader.ReadText(),
        };
        if (reader.ReadText() is { } stack)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.SetRemoteStackTrace(exception, stack);
        }

        return exception;
    }
}
