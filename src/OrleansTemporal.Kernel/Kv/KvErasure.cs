using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Kv;

/// <summary>
/// What the header of an erasure says: which operations of which earlier deltas are gone, and what is left of deltas that
/// had others beside them (docs/formats/kv-payload.md). It stands at the end of the facet field, behind the entries of the
/// tombstones, and holds nothing of the user's.
/// </summary>
public sealed record KvErasure
{
    /// <summary>Bytes of <see cref="Nonce"/>.</summary>
    public const int NonceBytes = 16;

    /// <summary>Bytes that one delta with <paramref name="ordinals"/> erased operations takes at most.</summary>
    public static int GetBytesMax(int ordinals) => Varint.LengthMax + 3 + (3 * ordinals) + 1 + Distinction.Size;

    /// <summary>Bytes that the erasure takes beside its deltas at most.</summary>
    public const int FixedBytesMax = NonceBytes + (2 * Varint.LengthMax) + LengthBytes;

    private const int LengthBytes = sizeof(int);

    /// <summary>Makes the salts of what is left; 16 random bytes.</summary>
    public required ReadOnlyMemory<byte> Nonce { get; init; }

    /// <summary>Bytes of the erased values.</summary>
    public required long ValueBytes { get; init; }

    /// <summary>By rising sequence.</summary>
    public required ImmutableArray<KvErasedDelta> Deltas { get; init; }

    /// <summary>Writes the erasure behind what stands in the facet field already.</summary>
    public void Write(IBufferWriter<byte> facet)
    {
        ArgumentNullException.ThrowIfNull(facet);
        var body = new ArrayBufferWriter<byte>(FixedBytesMax + (Deltas.Length * 8));
        body.Write(Nonce.Span);
        Varint.Write(body, (ulong)ValueBytes);
        Varint.Write(body, (ulong)Deltas.Length);
        var before = 0L;
        foreach (var delta in Deltas)
        {
            Varint.Write(body, (ulong)(delta.Sequence - before));
            before = delta.Sequence;
            Varint.Write(body, (ulong)delta.Ordinals.Length);
            var next = 0;
            foreach (var ordinal in delta.Ordinals)
            {
                Varint.Write(body, (ulong)(ordinal - next));
                next = ordinal + 1;
            }

            body.Write([delta.Commitment is null ? (byte)0 : (byte)1]);
            if (delta.Commitment is { } commitment)
            {
                commitment.CopyTo(body.GetSpan(Distinction.Size));
                body.Advance(Distinction.Size);
            }
        }

        facet.Write(body.WrittenSpan);
        BinaryPrimitives.WriteInt32LittleEndian(facet.GetSpan(LengthBytes), body.WrittenCount);
        facet.Advance(LengthBytes);
    }

    /// <summary>Reads the erasure from the facet field of its delta's header.</summary>
    /// <exception cref="Errors.TemporalException">Corrupt, <c>payload_malformed</c>.</exception>
    public static KvErasure Read(ReadOnlySpan<byte> facet)
    {
        if (facet.Length < LengthBytes || BinaryPrimitives.ReadUInt32LittleEndian(facet[^LengthBytes..]) is var length && length > facet.Length - LengthBytes || length < NonceBytes)
        {
            throw Malformed();
        }

        var rest = facet[^(LengthBytes + (int)length)..^LengthBytes];
        var nonce = rest[..NonceBytes].ToArray();
        rest = rest[NonceBytes..];
        if (!Varint.TryRead(ref rest, out var valueBytes) || valueBytes > long.MaxValue || !Varint.TryRead(ref rest, out var count) || count > (ulong)rest.Length)
        {
            throw Malformed();
        }

        var deltas = ImmutableArray.CreateBuilder<KvErasedDelta>((int)count);
        var sequence = 0L;
        for (var i = 0UL; i < count; i++)
        {
            deltas.Add(ReadDelta(ref rest, ref sequence));
        }

        return rest.IsEmpty ? new KvErasure { Nonce = nonce, ValueBytes = (long)valueBytes, Deltas = deltas.MoveToImmutable() } : throw Malformed();
    }

    private static KvErasedDelta ReadDelta(ref ReadOnlySpan<byte> rest, ref long sequence)
    {
        if (!Varint.TryRead(ref rest, out var gap) || gap is 0 || gap > (ulong)(long.MaxValue - sequence)
            || !Varint.TryRead(ref rest, out var count) || count is 0 or > Limits.BatchCountMax)
        {
            throw Malformed();
        }

        sequence += (long)gap;
        var ordinals = new ushort[count];
        var next = 0UL;
        for (var i = 0; i < ordinals.Length; i++)
        {
            if (!Varint.TryRead(ref rest, out var step) || step > ushort.MaxValue || next + step > ushort.MaxValue)
            {
                throw Malformed();
            }

            ordinals[i] = (ushort)(next + step);
            next = ordinals[i] + 1UL;
        }

        if (rest.IsEmpty || rest[0] > 1 || (rest[0] == 1 && rest.Length <= Distinction.Size))
        {
            throw Malformed();
        }

        Distinction? commitment = null;
        var isKept = rest[0] == 1;
        rest = rest[1..];
        if (isKept)
        {
            commitment = Distinction.FromBytes(rest[..Distinction.Size]);
            rest = rest[Distinction.Size..];
        }

        return new KvErasedDelta(sequence, [.. ordinals], commitment);
    }

    private static Errors.TemporalException Malformed() => KvPayloadFormat.Malformed("says of an erasure what can't be");
}
