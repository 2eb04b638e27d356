using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Orleans.Serialization.Buffers;
using Orleans.Serialization.Cloning;
using Orleans.Serialization.Codecs;
using Orleans.Serialization.WireProtocol;

namespace OrleansTemporal.Wire;

/// <summary>
/// Sends one type of the product as bytes of its own form behind their length. Within a silo nothing is copied: records are
/// immutable, and the bytes in them belong to whoever gets them.
/// </summary>
internal sealed class RecordCodec<T>(WireClock clock) : IFieldCodec<T>, IDeepCopier<T>, IOptionalDeepCopier
{
    private readonly WireFormat<T> format = WireFormats.Of<T>();

    /// <inheritdoc/>
    public void WriteField<TBufferWriter>(ref Writer<TBufferWriter> writer, uint fieldIdDelta, [AllowNull] Type expectedType, [AllowNull] T value)
        where TBufferWriter : IBufferWriter<byte>
    {
        if (value is null)
        {
            ReferenceCodec.WriteNullReference(ref writer, fieldIdDelta);
            return;
        }

        ReferenceCodec.MarkValueField(writer.Session);
        writer.WriteFieldHeader(fieldIdDelta, expectedType, typeof(T), WireType.LengthPrefixed);
        var record = WireWriter.Rent();
        try
        {
            record.WriteUInt64(clock.Last);
            format.Write(record, value);
            writer.WriteVarUInt32((uint)record.Length);
            writer.Write(record.Written);
        }
        finally
        {
            WireWriter.Return(record);
        }
    }

    /// <inheritdoc/>
    [return: MaybeNull]
    public T ReadValue<TInput>(ref Reader<TInput> reader, Field field)
    {
        if (field.WireType == WireType.Reference)
        {
            return ReferenceCodec.ReadReference<T, TInput>(ref reader, field);
        }

        field.EnsureWireType(WireType.LengthPrefixed);
        ReferenceCodec.MarkValueField(reader.Session);
        var length = reader.ReadVarUInt32();
        reader.EnsureAvailable(length);
        var record = new WireReader(reader.ReadBytes(length));
        clock.Receive(record.ReadUInt64());
        return format.Read(ref record);
    }

    /// <inheritdoc/>
    public bool IsShallowCopyable() => true;

    /// <inheritdoc/>
    [return: NotNullIfNotNull(nameof(input))]
    public T? DeepCopy(T? input, CopyContext context) => input;

    object? IDeepCopier.DeepCopy(object? input, CopyContext context) => input;
}
