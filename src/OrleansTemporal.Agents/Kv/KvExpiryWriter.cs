using OrleansTemporal.Agents;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Kv;

/// <summary>Makes the delta that writes down which of a batch of values are over. Made outside the gate, used inside of it.</summary>
internal sealed class KvExpiryWriter
{
    private readonly int[] chosen;
    private readonly byte[] salt = new byte[PayloadBuffer.SaltBytes];
    private readonly byte[] facet;
    private readonly int payloadBytesMax;

    /// <param name="batch">The values.</param>
    /// <param name="digest">Digest of the agent that wrote them.</param>
    /// <param name="salts">Makes the salt of the delta.</param>
    public KvExpiryWriter(List<KvExpiring> batch, uint digest, ISaltSource salts)
    {
        Batch = batch;
        Digest = digest;
        chosen = new int[batch.Count];
        facet = new byte[batch.Count * KvFacetWriter.OperationBytesMax];
        payloadBytesMax = batch.Sum(static end => (3 * end.Key.Length) + KvPayloadWriter.OperationBytesMax) + KvPayloadWriter.OperationBytesMax;
        salts.Fill(salt);
        Empty = new DeltaDraft(KvKinds.Delete, KvPayloadFormat.SchemaVersion, new PayloadBuffer(salt, 0), DeltaContext.None);
    }

    public List<KvExpiring> Batch { get; }

    public uint Digest { get; }

    /// <summary>A draft without operations, to know what a record takes beside them.</summary>
    public DeltaDraft Empty { get; }

    /// <summary>Bytes of payload and facet field at most.</summary>
    public int RecordBytesMax => payloadBytesMax + facet.Length;

    public int Count { get; private set; }

    public void Clear() => Count = 0;

    public void Choose(int index) => chosen[Count++] = index;

    public PreparedDelta Prepare()
    {
        var payload = new PayloadBuffer(salt, payloadBytesMax);
        var writer = new KvPayloadWriter(payload, Count);
        foreach (var index in chosen.AsSpan(0, Count))
        {
            writer.Expire(Batch[index].Key);
        }

        return new PreparedDelta(new DeltaDraft(KvKinds.Delete, KvPayloadFormat.SchemaVersion, payload, DeltaContext.None), default);
    }

    public ReadOnlySpan<byte> WriteFacet(uint agentDigest)
    {
        var writer = new KvFacetWriter(facet, agentDigest);
        foreach (var index in chosen.AsSpan(0, Count))
        {
            writer.Add(hadLiveValue: true, new WriteId(Digest, Batch[index].Sequence, Batch[index].Ordinal));
        }

        return facet.AsSpan(0, writer.Length);
    }
}
