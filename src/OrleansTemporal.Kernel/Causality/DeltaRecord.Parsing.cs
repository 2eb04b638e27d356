using System.Buffers.Binary;

namespace OrleansTemporal.Causality;

// Reading is total: any bytes at all give a record or false, and nothing beyond them is looked at.
public readonly partial struct DeltaRecord
{
    /// <summary>Reads the record that the bytes start with; false when they don't start with a whole one. Allocates nothing.</summary>
    /// <param name="bytes">The record, and whatever follows it.</param>
    /// <param name="delta">The record.</param>
    /// <param name="length">Its length in bytes.</param>
    public static bool TryRead(ReadOnlyMemory<byte> bytes, out DeltaRecord delta, out int length)
    {
        delta = default;
        var span = bytes.Span;
        if (!TryMeasure(span, out length, out var headerLength)
            || !TryReadFields(span.Slice(DeltaFormat.LengthPrefixBytes, headerLength), out var offsets))
        {
            length = 0;
            return false;
        }

        delta = new DeltaRecord(bytes[..length], headerLength, offsets);
        return true;
    }

    private static bool TryMeasure(ReadOnlySpan<byte> bytes, out int length, out int headerLength)
    {
        length = headerLength = 0;
        if (bytes.Length < DeltaFormat.LengthPrefixBytes + DeltaFormat.AgentAt)
        {
            return false;
        }

        var claimed = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        if (claimed is < DeltaFormat.AgentAt or > DeltaFormat.HeaderBytesMax || claimed >= bytes.Length - DeltaFormat.LengthPrefixBytes)
        {
            return false;
        }

        headerLength = (int)claimed;
        var header = bytes.Slice(DeltaFormat.LengthPrefixBytes, headerLength);
        var payloadLength = BinaryPrimitives.ReadUInt32LittleEndian(header[DeltaFormat.PayloadLengthAt..]);
        var hasPayload = bytes[DeltaFormat.LengthPrefixBytes + headerLength];
        length = DeltaFormat.LengthPrefixBytes + headerLength + 1;
        if (payloadLength > Limits.DeltaBytesMax || hasPayload > DeltaFormat.PayloadReplaced)
        {
            return false;
        }

        if (hasPayload == DeltaFormat.PayloadReplaced)
        {
            if (bytes.Length - length < DeltaFormat.LengthPrefixBytes)
            {
                return false;
            }

            var replacedLength = BinaryPrimitives.ReadUInt32LittleEndian(bytes[length..]);
            if (replacedLength > payloadLength)
            {
                return false;
            }

            length += DeltaFormat.LengthPrefixBytes;
            payloadLength = replacedLength;
        }

        length += hasPayload == DeltaFormat.PayloadDetached ? 0 : DeltaFormat.SaltBytes + (int)payloadLength;
        return length <= bytes.Length && length <= Limits.DeltaBytesMax;
    }

    [ThreadStatic]
    private static byte[]? lastAgent;

    private static bool TryReadFields(ReadOnlySpan<byte> header, out DeltaOffsets offsets)
    {
        offsets = default;
        var fields = (DeltaFields)BinaryPrimitives.ReadUInt16LittleEndian(header[DeltaFormat.FlagsAt..]);
        if (header[0] != DeltaFormat.Version
            || header[1] != DeltaFormat.HashAlgorithm
            || !ActionVerbs.IsDefined((ActionKind)header[DeltaFormat.ActionAt])
            || (fields & ~DeltaFields.All) != 0
            || BinaryPrimitives.ReadInt64LittleEndian(header[DeltaFormat.SequenceAt..]) <= 0)
        {
            return false;
        }

        var reader = new DeltaHeaderReader(header, DeltaFormat.AgentAt);
        if (!reader.TryReadText(1, AgentId.TextLengthMax, out var agent) || !IsAgent(agent))
        {
            return false;
        }

        return TryReadOptional(ref reader, fields, out offsets) && reader.IsAtEnd;
    }

    // Records come by the thousand from one agent, so the text that was found good last is good again.
    private static bool IsAgent(ReadOnlySpan<byte> text)
    {
        if (lastAgent is { } last && text.SequenceEqual(last))
        {
            return true;
        }

        if (!AgentId.IsText(text))
        {
            return false;
        }

        lastAgent = text.ToArray();
        return true;
    }

    private static bool TryReadOptional(ref DeltaHeaderReader reader, DeltaFields fields, out DeltaOffsets offsets)
    {
        int operation = 0, group = 0, actor = 0, causes = 0, metadata = 0, keyId = 0, facet = 0;
        var valid = true;
        if ((fields & DeltaFields.Operation) != 0)
        {
            operation = reader.Position;
            valid &= reader.TryReadText(0, DeltaFormat.OperationKeyBytesMax, out _) && reader.TryReadBytes(Distinction.Size, out _);
        }

        if ((fields & DeltaFields.Group) != 0)
        {
            group = reader.Position;
            valid &= reader.TryReadGroup();
        }

        if ((fields & DeltaFields.Actor) != 0)
        {
            actor = reader.Position;
            valid &= reader.TryReadText(1, Limits.ActorBytesMax, out _);
        }

        if ((fields & DeltaFields.Causes) != 0)
        {
            causes = reader.Position;
            valid &= reader.TryReadCauses();
        }

        if ((fields & DeltaFields.Metadata) != 0)
        {
            metadata = reader.Position;
            valid &= reader.TryReadMetadata();
        }

        if ((fields & DeltaFields.KeyId) != 0)
        {
            keyId = reader.Position;
            valid &= reader.TryReadText(1, DeltaFormat.KeyIdBytesMax, out _);
        }

        if ((fields & DeltaFields.Facet) != 0)
        {
            facet = reader.Position;
            valid &= reader.TryReadFacet();
        }

        offsets = new DeltaOffsets
        {
            Operation = operation,
            Group = group,
            Actor = actor,
            Causes = causes,
            Metadata = metadata,
            KeyId = keyId,
            Facet = facet,
        };
        return valid;
    }
}
