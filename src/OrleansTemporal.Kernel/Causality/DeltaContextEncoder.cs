using System.Buffers.Binary;
using System.Text;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Causality;

/// <summary>Writes a <see cref="DeltaContext"/> as the header's optional fields, outside the gate.</summary>
internal static class DeltaContextEncoder
{
    /// <summary>The fields' bytes in the order of <see cref="DeltaFields"/>, and which of them there are.</summary>
    /// <exception cref="TemporalException"><see cref="ErrorKind.Invalid"/>, <c>invalid_field</c>: over a bound, a name twice, or a lone surrogate.</exception>
    internal static byte[] Encode(DeltaContext context, ReadOnlySpan<byte> salt, out DeltaFields fields)
    {
        fields = FieldsOf(context);
        if (fields == DeltaFields.None)
        {
            return [];
        }

        var metadata = EncodeMetadata(context);
        var bytes = new byte[MeasureBytes(context, fields, metadata)];
        var rest = bytes.AsSpan();
        if (context.Operation is { } operation)
        {
            WriteText(ref rest, operation.Key, DeltaFormat.OperationKeyBytesMax, "idempotencyKey");
            SaltBody(salt, operation.BodyDigest).CopyTo(rest);
            rest = rest[Distinction.Size..];
        }

        if (context.Group is { } group)
        {
            WriteGroup(ref rest, group);
        }

        if (context.Actor.Length > 0)
        {
            WriteText(ref rest, context.Actor, Limits.ActorBytesMax, "actor");
        }

        WriteCauses(ref rest, context);
        if (metadata.Length > 0)
        {
            WriteCount(ref rest, metadata.Length);
            foreach (var (key, value) in metadata)
            {
                WriteBytes(ref rest, key);
                WriteBytes(ref rest, value);
            }
        }

        if (context.KeyId.Length > 0)
        {
            WriteText(ref rest, context.KeyId, DeltaFormat.KeyIdBytesMax, "keyId");
        }

        return bytes;
    }

    /// <summary>The digest of a request under a delta's salt, so that erasing the salt leaves nothing to guess from.</summary>
    internal static Distinction SaltBody(ReadOnlySpan<byte> salt, in Distinction bodyDigest)
    {
        Span<byte> body = stackalloc byte[Distinction.Size];
        bodyDigest.CopyTo(body);
        return TaggedHash.Hash(HashTag.Operation, salt, body);
    }

    private static DeltaFields FieldsOf(DeltaContext context) =>
        (context.Operation is null ? 0 : DeltaFields.Operation)
        | (context.Group is null ? 0 : DeltaFields.Group)
        | (context.Actor.Length == 0 ? 0 : DeltaFields.Actor)
        | (context.Causes.IsDefaultOrEmpty ? 0 : DeltaFields.Causes)
        | (context.Metadata.IsDefaultOrEmpty ? 0 : DeltaFields.Metadata)
        | (context.KeyId.Length == 0 ? 0 : DeltaFields.KeyId);

    private static int MeasureBytes(DeltaContext context, DeltaFields fields, (byte[] Key, byte[] Value)[] metadata)
    {
        var length = 0;
        length += fields.HasFlag(DeltaFields.Operation) ? 2 + Measure(context.Operation!.Key, "idempotencyKey") + Distinction.Size : 0;
        length += fields.HasFlag(DeltaFields.Group) ? DeltaFormat.GroupBytes : 0;
        length += fields.HasFlag(DeltaFields.Actor) ? 2 + Measure(context.Actor, "actor") : 0;
        length += fields.HasFlag(DeltaFields.Causes) ? 2 + (context.Causes.Length * DeltaFormat.CauseBytes) : 0;
        length += fields.HasFlag(DeltaFields.Metadata) ? 2 + metadata.Sum(pair => 4 + pair.Key.Length + pair.Value.Length) : 0;
        length += fields.HasFlag(DeltaFields.KeyId) ? 2 + Measure(context.KeyId, "keyId") : 0;
        return length;
    }

    private static (byte[] Key, byte[] Value)[] EncodeMetadata(DeltaContext context)
    {
        if (context.Metadata.IsDefaultOrEmpty)
        {
            return [];
        }

        if (context.Metadata.Length > Limits.MetadataCountMax)
        {
            throw Refuse("metadata", $"has more than {Limits.MetadataCountMax} pairs");
        }

        var pairs = new (byte[] Key, byte[] Value)[context.Metadata.Length];
        for (var i = 0; i < pairs.Length; i++)
        {
            pairs[i] = (EncodeText(context.Metadata[i].Key), EncodeText(context.Metadata[i].Value));
        }

        Array.Sort(pairs, static (left, right) => left.Key.AsSpan().SequenceCompareTo(right.Key));
        for (var i = 1; i < pairs.Length; i++)
        {
            if (pairs[i].Key.AsSpan().SequenceEqual(pairs[i - 1].Key))
            {
                throw Refuse("metadata", "names a key twice");
            }
        }

        return pairs;
    }

    private static byte[] EncodeText(string text)
    {
        var bytes = new byte[Measure(text, "metadata")];
        DeltaFormat.Utf8.GetBytes(text, bytes);
        return bytes.Length <= Limits.MetadataBytesMax
            ? bytes
            : throw Refuse("metadata", $"has a key or value of more than {Limits.MetadataBytesMax} bytes");
    }

    private static void WriteGroup(ref Span<byte> rest, WriteGroup group)
    {
        if (group.Size is < 1 or > ushort.MaxValue || (uint)group.Index >= group.Size)
        {
            throw Refuse("group", $"has an index outside of its size, or more than {ushort.MaxValue} parts");
        }

        BinaryPrimitives.WriteUInt128LittleEndian(rest, group.Id);
        BinaryPrimitives.WriteUInt16LittleEndian(rest[16..], (ushort)group.Size);
        BinaryPrimitives.WriteUInt16LittleEndian(rest[18..], (ushort)group.Index);
        rest = rest[DeltaFormat.GroupBytes..];
    }

    private static void WriteCauses(ref Span<byte> rest, DeltaContext context)
    {
        if (context.Causes.IsDefaultOrEmpty)
        {
            return;
        }

        if (context.Causes.Length > Limits.CausesMax)
        {
            throw Refuse("causes", $"names more than {Limits.CausesMax} writes");
        }

        WriteCount(ref rest, context.Causes.Length);
        foreach (var cause in context.Causes)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(rest, cause.AgentDigest);
            BinaryPrimitives.WriteInt64LittleEndian(rest[4..], cause.Sequence);
            BinaryPrimitives.WriteUInt16LittleEndian(rest[12..], cause.Ordinal);
            rest = rest[DeltaFormat.CauseBytes..];
        }
    }

    private static int Measure(string text, string field)
    {
        try
        {
            return DeltaFormat.Utf8.GetByteCount(text);
        }
        catch (EncoderFallbackException)
        {
            throw Refuse(field, "has a lone surrogate");
        }
    }

    private static void WriteText(ref Span<byte> rest, string text, int bytesMax, string field)
    {
        var length = DeltaFormat.Utf8.GetBytes(text, rest[2..]);
        if (length > bytesMax)
        {
            throw Refuse(field, $"has more than {bytesMax} bytes of UTF-8");
        }

        WriteCount(ref rest, length);
        rest = rest[length..];
    }

    private static void WriteBytes(ref Span<byte> rest, ReadOnlySpan<byte> bytes)
    {
        WriteCount(ref rest, bytes.Length);
        bytes.CopyTo(rest);
        rest = rest[bytes.Length..];
    }

    private static void WriteCount(ref Span<byte> rest, int count)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(rest, (ushort)count);
        rest = rest[2..];
    }

    private static TemporalException Refuse(string field, string problem) =>
        new(ErrorKind.Invalid, ErrorCodes.InvalidField, $"'{field}' {problem}.") { Field = field };
}
