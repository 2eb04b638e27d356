using System.Buffers;
using System.Buffers.Binary;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Causality;

/// <summary>
/// One delta as it is stored and sent (docs/formats/delta.md): a view over the record's bytes, which belong to whoever
/// handed them in and must not change. Made only by <see cref="Read"/> and <see cref="TryRead"/>, which check every length
/// and every text once, so the properties never fail; those of fixed place cost a load, the others decode on each call.
/// The default value is no record.
/// </summary>
public readonly partial struct DeltaRecord
{
    private readonly ReadOnlyMemory<byte> record;
    private readonly int headerLength;
    private readonly DeltaOffsets offsets;

    private DeltaRecord(ReadOnlyMemory<byte> record, int headerLength, in DeltaOffsets offsets)
    {
        this.record = record;
        this.headerLength = headerLength;
        this.offsets = offsets;
    }

    /// <summary>The whole record.</summary>
    public ReadOnlyMemory<byte> Bytes => record;

    /// <summary>The header: all that is under the root.</summary>
    public ReadOnlyMemory<byte> HeaderBytes => record.Slice(DeltaFormat.LengthPrefixBytes, headerLength);

    /// <summary>Action and verb.</summary>
    public DeltaKind Kind => new((ActionKind)Header[DeltaFormat.ActionAt], Header[DeltaFormat.VerbAt]);

    /// <summary>Version of the kind's payload format.</summary>
    public ushort SchemaVersion => BinaryPrimitives.ReadUInt16LittleEndian(Header[DeltaFormat.SchemaVersionAt..]);

    /// <summary>Which ownership of the agent wrote it.</summary>
    public ulong Epoch => BinaryPrimitives.ReadUInt64LittleEndian(Header[DeltaFormat.EpochAt..]);

    /// <summary>Place in the agent's log, from 1.</summary>
    public long Sequence => BinaryPrimitives.ReadInt64LittleEndian(Header[DeltaFormat.SequenceAt..]);

    /// <summary>When the service learned of it.</summary>
    public HybridTimestamp SystemTime => new(BinaryPrimitives.ReadUInt64LittleEndian(Header[DeltaFormat.SystemTimeAt..]));

    /// <summary>Length of the payload in bytes, also when it is gone.</summary>
    public int PayloadLength => BinaryPrimitives.ReadInt32LittleEndian(Header[DeltaFormat.PayloadLengthAt..]);

    /// <summary>Tagged hash of salt ‖ payload.</summary>
    public Distinction Commitment => Distinction.FromBytes(Header.Slice(DeltaFormat.CommitmentAt, Distinction.Size));

    /// <summary>Whether salt and payload are there; false once they are detached.</summary>
    public bool HasPayload => record.Length > DeltaFormat.LengthPrefixBytes + headerLength + 1;

    /// <summary>
    /// Whether salt and payload are what an erasure left of the first ones. The header does not commit to them, the delta of
    /// the erasure does.
    /// </summary>
    public bool IsReplaced => record.Span[DeltaFormat.LengthPrefixBytes + headerLength] == DeltaFormat.PayloadReplaced;

    /// <summary>The payload; empty when it is detached.</summary>
    public ReadOnlyMemory<byte> Payload => HasPayload ? record[(SaltedAt + DeltaFormat.SaltBytes)..] : default;

    /// <summary>The 16 bytes of salt; empty when they are detached.</summary>
    public ReadOnlySpan<byte> Salt => HasPayload ? Salted[..DeltaFormat.SaltBytes] : default;

    private ReadOnlySpan<byte> Header => HeaderBytes.Span;

    private ReadOnlySpan<byte> Salted => record.Span[SaltedAt..];

    private int SaltedAt => DeltaFormat.LengthPrefixBytes + headerLength + 1 + (IsReplaced ? DeltaFormat.LengthPrefixBytes : 0);

    /// <summary>Reads a record that takes up all of the bytes.</summary>
    /// <exception cref="TemporalException"><see cref="ErrorKind.Corrupt"/>, <c>delta_malformed</c>.</exception>
    public static DeltaRecord Read(ReadOnlyMemory<byte> bytes) =>
        TryRead(bytes, out var delta, out var length) && length == bytes.Length
            ? delta
            : throw new TemporalException(ErrorKind.Corrupt, ErrorCodes.DeltaMalformed, $"{bytes.Length} bytes are not one delta record.");

    /// <summary>Tagged hash of the header. Cost: one hash, about half a microsecond.</summary>
    public Distinction ActionDistinction() => TaggedHash.Hash(HashTag.Action, Header);

    /// <summary>Whether salt and payload are those that the header commits to; false too when they are detached or replaced. Cost: one hash over the payload.</summary>
    public bool VerifyCommitment() => HasPayload && !IsReplaced && CommitmentOfPayload() == Commitment;

    /// <summary>The commitment to the salt and payload that are there. Cost: one hash over the payload.</summary>
    public Distinction CommitmentOfPayload() => TaggedHash.Hash(HashTag.Commitment, Salted);

    /// <summary>The hash of each record's header, as <see cref="ActionDistinction"/> makes it, at a quarter of its cost where the processor can.</summary>
    /// <param name="deltas">Best a few dozen.</param>
    /// <param name="actions">Where the hashes go.</param>
    public static void HashActions(ReadOnlySpan<DeltaRecord> deltas, Span<Distinction> actions)
    {
        var headers = ArrayPool<ReadOnlyMemory<byte>>.Shared.Rent(deltas.Length);
        for (var i = 0; i < deltas.Length; i++)
        {
            headers[i] = deltas[i].HeaderBytes;
        }

        TaggedHash.HashMany(HashTag.Action, headers.AsSpan(0, deltas.Length), actions);
        ArrayPool<ReadOnlyMemory<byte>>.Shared.Return(headers, clearArray: true);
    }

    /// <summary>The first record whose payload is there and not the one that its header commits to.</summary>
    /// <param name="deltas">Best a few dozen.</param>
    /// <returns>Its place, or -1. Replaced payloads are none that the header commits to.</returns>
    public static int FindUncommitted(ReadOnlySpan<DeltaRecord> deltas)
    {
        var salted = ArrayPool<ReadOnlyMemory<byte>>.Shared.Rent(deltas.Length);
        var commitments = ArrayPool<Distinction>.Shared.Rent(deltas.Length);
        for (var i = 0; i < deltas.Length; i++)
        {
            salted[i] = deltas[i].HasPayload ? deltas[i].record[deltas[i].SaltedAt..] : default;
        }

        TaggedHash.HashMany(HashTag.Commitment, salted.AsSpan(0, deltas.Length), commitments);
        var found = -1;
        for (var i = 0; i < deltas.Length && found < 0; i++)
        {
            ref readonly var delta = ref deltas[i];
            found = delta.HasPayload && (delta.IsReplaced || commitments[i] != delta.Commitment) ? i : -1;
        }

        ArrayPool<ReadOnlyMemory<byte>>.Shared.Return(salted, clearArray: true);
        ArrayPool<Distinction>.Shared.Return(commitments);
        return found;
    }

    /// <summary>A copy of the record without salt and payload; its action, and so every root, verifies as before.</summary>
    public byte[] Detach()
    {
        var detached = new byte[DeltaFormat.LengthPrefixBytes + headerLength + 1];
        record.Span[..(detached.Length - 1)].CopyTo(detached);
        return detached;
    }

    /// <summary>A copy of the record with another salt and payload in place of what it has; its action verifies as before.</summary>
    /// <param name="salt">16 bytes.</param>
    /// <param name="payload">Not longer than the first payload was.</param>
    public byte[] Replace(ReadOnlySpan<byte> salt, ReadOnlySpan<byte> payload)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(salt.Length, DeltaFormat.SaltBytes, nameof(salt));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(payload.Length, PayloadLength, nameof(payload));
        var at = DeltaFormat.LengthPrefixBytes + headerLength;
        var replaced = new byte[at + 1 + DeltaFormat.LengthPrefixBytes + salt.Length + payload.Length];
        record.Span[..at].CopyTo(replaced);
        replaced[at++] = DeltaFormat.PayloadReplaced;
        BinaryPrimitives.WriteInt32LittleEndian(replaced.AsSpan(at), payload.Length);
        at += DeltaFormat.LengthPrefixBytes;
        salt.CopyTo(replaced.AsSpan(at));
        payload.CopyTo(replaced.AsSpan(at + salt.Length));
        return replaced;
    }

    /// <summary>The write id of one of the delta's writes.</summary>
    /// <param name="agentDigest">The agent's digest, which callers keep.</param>
    /// <param name="ordinal">The write's place in the delta, from 0.</param>
    public WriteId WriteIdOf(uint agentDigest, ushort ordinal) => new(agentDigest, Sequence, ordinal);
}
