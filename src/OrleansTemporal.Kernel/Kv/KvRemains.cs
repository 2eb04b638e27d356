using System.Buffers;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Kv;

/// <summary>
/// Takes operations out of a stored delta. The operations that stay keep their places and get a salt of their own, made
/// one way from the salt before, so that whoever has what is left can't guess what was erased, and whoever still has the
/// whole record makes the same remains again.
/// </summary>
public static class KvRemains
{
    /// <summary>The record without the operations; without salt and payload when no other is left.</summary>
    /// <param name="record">A storage delta, whole or as earlier erasures have left it; without a payload it is answered as it is.</param>
    /// <param name="ordinals">Places of the operations, rising.</param>
    /// <param name="nonce">The erasure's.</param>
    /// <exception cref="Errors.TemporalException">Corrupt, <c>payload_malformed</c>.</exception>
    public static ReadOnlyMemory<byte> Of(in DeltaRecord record, ReadOnlySpan<ushort> ordinals, ReadOnlySpan<byte> nonce)
    {
        if (!record.HasPayload)
        {
            return record.Bytes;
        }

        var payload = record.Payload.Span;
        var left = new ArrayBufferWriter<byte>(payload.Length);
        var reader = new KvPayloadReader(payload);
        Varint.Write(left, (ulong)reader.Count);
        var (start, isAnyLeft, isAnyTaken) = (left.WrittenCount, false, false);
        while (reader.MoveNext())
        {
            var operation = reader.Current;
            var end = operation.ValueAt + operation.ValueLength;
            var isTaken = ordinals.BinarySearch(operation.Ordinal) >= 0;
            isAnyTaken |= isTaken && !operation.IsErased;
            if (isTaken || operation.IsErased)
            {
                left.Write([KvPayloadFormat.Erased, (byte)0]);
            }
            else
            {
                left.Write(payload[start..end]);
                isAnyLeft = true;
            }

            start = end;
        }

        if (!isAnyTaken)
        {
            return record.Bytes;
        }

        if (!isAnyLeft)
        {
            return record.Detach();
        }

        Span<byte> salt = stackalloc byte[Distinction.Size];
        TaggedHash.Hash(HashTag.Erasure, record.Salt, nonce).CopyTo(salt);
        return record.Replace(salt[..PayloadBuffer.SaltBytes], left.WrittenSpan);
    }

    /// <summary>Whether any of the operations still stands in the record.</summary>
    public static bool Holds(in DeltaRecord record, ReadOnlySpan<ushort> ordinals)
    {
        if (!record.HasPayload)
        {
            return false;
        }

        foreach (var operation in new KvPayloadReader(record.Payload.Span))
        {
            if (!operation.IsErased && ordinals.BinarySearch(operation.Ordinal) >= 0)
            {
                return true;
            }
        }

        return false;
    }
}
