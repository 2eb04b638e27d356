using System.Buffers.Binary;

namespace OrleansTemporal.Causality;

/// <summary>
/// Turns one agent's drafts into records (docs/formats/delta.md). Called inside the agent's gate: no allocation, two
/// copies and one hash over the header. Immutable, so one encoder serves the agent for good.
/// </summary>
public sealed class DeltaEncoder
{
    // Length (u16) and text, as they stand in every header.
    private readonly byte[] agentField;

    /// <summary>Prepares the agent's part of every header.</summary>
    /// <param name="agent">An id that names an agent.</param>
    public DeltaEncoder(AgentId agent)
    {
        Span<byte> text = stackalloc byte[AgentId.TextLengthMax];
        agent.TryFormat(text, out var length);
        agentField = new byte[2 + length];
        BinaryPrimitives.WriteUInt16LittleEndian(agentField, (ushort)length);
        text[..length].CopyTo(agentField.AsSpan(2));
        Agent = agent;
        AgentDigest = agent.Digest;
    }

    /// <summary>Whose deltas these are.</summary>
    public AgentId Agent { get; }

    /// <summary>The agent's part of its write ids.</summary>
    public uint AgentDigest { get; }

    /// <summary>Length of a draft's record in bytes.</summary>
    /// <param name="draft">The draft.</param>
    /// <param name="facetBytes">Length of the facet's own header field; 0 for none.</param>
    public int GetRecordLength(DeltaDraft draft, int facetBytes = 0) =>
        DeltaFormat.LengthPrefixBytes + GetHeaderLength(draft, facetBytes) + 1 + draft.Salted.Length;

    /// <summary>Writes a record.</summary>
    /// <param name="destination">At least <see cref="GetRecordLength"/> bytes.</param>
    /// <param name="draft">What was prepared.</param>
    /// <param name="facet">The facet's own header field, known only now; under the root, never erasable, at most 256 KiB.</param>
    /// <param name="epoch">Which ownership of the agent this is.</param>
    /// <param name="sequence">Place in the log, from 1.</param>
    /// <param name="systemTime">When the service learned of it.</param>
    /// <param name="action">Tagged hash of the header, to be synthesized into the root.</param>
    /// <returns>Length of the record in bytes.</returns>
    /// <exception cref="ArgumentException">The destination is too short, the facet field too long, or the sequence not positive.</exception>
    public int Encode(
        Span<byte> destination,
        DeltaDraft draft,
        ReadOnlySpan<byte> facet,
        ulong epoch,
        long sequence,
        HybridTimestamp systemTime,
        out Distinction action)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(sequence);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(facet.Length, DeltaFormat.FacetBytesMax, nameof(facet));
        var headerLength = GetHeaderLength(draft, facet.Length);
        var header = destination.Slice(DeltaFormat.LengthPrefixBytes, headerLength);
        BinaryPrimitives.WriteInt32LittleEndian(destination, headerLength);
        WriteFixed(header, draft, facet.Length > 0, epoch, sequence, systemTime);
        WriteVariable(header[DeltaFormat.AgentAt..], draft, facet);
        action = TaggedHash.Hash(HashTag.Action, header);

        var body = destination[(DeltaFormat.LengthPrefixBytes + headerLength)..];
        body[0] = 1;
        draft.Salted.CopyTo(body[1..]);
        return DeltaFormat.LengthPrefixBytes + headerLength + 1 + draft.Salted.Length;
    }

    private int GetHeaderLength(DeltaDraft draft, int facetBytes) =>
        DeltaFormat.AgentAt + agentField.Length + draft.ContextBytes.Length + (facetBytes > 0 ? 4 + facetBytes : 0);

    private static void WriteFixed(
        Span<byte> header, DeltaDraft draft, bool hasFacet, ulong epoch, long sequence, HybridTimestamp systemTime)
    {
        header = header[..DeltaFormat.AgentAt];
        header[0] = DeltaFormat.Version;
        header[1] = DeltaFormat.HashAlgorithm;
        header[DeltaFormat.ActionAt] = (byte)draft.Kind.Action;
        header[DeltaFormat.VerbAt] = draft.Kind.Verb;
        var fields = draft.Fields | (hasFacet ? DeltaFields.Facet : DeltaFields.None);
        BinaryPrimitives.WriteUInt16LittleEndian(header[DeltaFormat.SchemaVersionAt..], draft.SchemaVersion);
        BinaryPrimitives.WriteUInt16LittleEndian(header[DeltaFormat.FlagsAt..], (ushort)fields);
        BinaryPrimitives.WriteUInt64LittleEndian(header[DeltaFormat.EpochAt..], epoch);
        BinaryPrimitives.WriteInt64LittleEndian(header[DeltaFormat.SequenceAt..], sequence);
        BinaryPrimitives.WriteUInt64LittleEndian(header[DeltaFormat.SystemTimeAt..], systemTime.Value);
        BinaryPrimitives.WriteInt32LittleEndian(header[DeltaFormat.PayloadLengthAt..], draft.Payload.Length);
        draft.Commitment.CopyTo(header[DeltaFormat.CommitmentAt..]);
    }

    private void WriteVariable(Span<byte> rest, DeltaDraft draft, ReadOnlySpan<byte> facet)
    {
        agentField.CopyTo(rest);
        rest = rest[agentField.Length..];
        draft.ContextBytes.CopyTo(rest);
        rest = rest[draft.ContextBytes.Length..];
        if (facet.Length > 0)
        {
            BinaryPrimitives.WriteInt32LittleEndian(rest, facet.Length);
            facet.CopyTo(rest[4..]);
        }
    }
}
