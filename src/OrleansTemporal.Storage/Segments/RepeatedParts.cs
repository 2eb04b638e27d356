using System.Buffers.Binary;
using System.Security.Cryptography;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Storage.Segments;

/// <summary>
/// Finds values that an earlier record of the segment holds already. Content is compared by the first 16 bytes of its
/// SHA-256, so nobody can make two values pass for one. Bounded: when the table is full it starts anew.
/// </summary>
internal sealed class RepeatedParts(IPayloadParts finder)
{
    private readonly Dictionary<UInt128, (long Sequence, int Offset, int Length)> known = [];
    private readonly List<PayloadPart> parts = [];
    private readonly List<BackReference> references = [];

    /// <summary>References that can stand for parts of the record; valid until the next call.</summary>
    public ReadOnlySpan<BackReference> Find(ReadOnlyMemory<byte> record, long sequence)
    {
        parts.Clear();
        references.Clear();
        finder.Find(record, parts);
        var end = 0;
        foreach (var part in parts)
        {
            if (part.Offset < end || part.Length < 0 || part.Offset > record.Length - part.Length)
            {
                throw new TemporalException(
                    ErrorKind.Internal, ErrorCodes.InvariantBroken, $"The parts of delta {sequence} overlap or go beyond it.");
            }

            end = part.Offset + part.Length;
            if (part.Length >= SegmentOptions.RepeatedPartBytesMin && references.Count < StoredRecord.BackReferencesMax)
            {
                Look(record.Span.Slice(part.Offset, part.Length), part, sequence);
            }
        }

        return System.Runtime.InteropServices.CollectionsMarshal.AsSpan(references);
    }

    private void Look(ReadOnlySpan<byte> content, PayloadPart part, long sequence)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(content, hash);
        var key = BinaryPrimitives.ReadUInt128LittleEndian(hash);
        if (known.TryGetValue(key, out var first) && first.Length == part.Length)
        {
            references.Add(new(part.Offset, part.Length, sequence - first.Sequence, first.Offset));
            return;
        }

        if (known.Count >= SegmentOptions.RepeatedPartsMax)
        {
            known.Clear();
        }

        known[key] = (sequence, part.Offset, part.Length);
    }
}
