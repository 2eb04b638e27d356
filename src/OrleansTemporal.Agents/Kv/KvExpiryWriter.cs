using System.Text;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Kv;

/// <summary>
/// Makes the delta that writes down which of a batch of values are over, outside of the gate and ahead of knowing it: of all
/// of them first, and again of those that were found to be over if some were not. Which ones are is found inside the gate.
/// </summary>
internal sealed class KvExpiryWriter
{
    private readonly int[] chosen;
    private readonly byte[] salt = new byte[PayloadBuffer.SaltBytes];
    private readonly byte[] facet;
    private readonly byte[] keys;
    private readonly (int End, uint Hash)[] lookups;
    private readonly int payloadBytesMax;
    private PreparedDelta? prepared;
    private int preparedCount;
    private int facetLength;

    /// <param name="batch">The values.</param>
    /// <param name="digest">Digest of the agent that wrote them.</param>
    /// <param name="salts">Makes the salt of the delta.</param>
    public KvExpiryWriter(List<KvExpiring> batch, uint digest, ISaltSource salts)
    {
        Batch = batch;
        Digest = digest;
        chosen = new int[batch.Count];
        facet = new byte[batch.Count * KvFacetWriter.OperationBytesMax];
        var keyBytesMax = batch.Sum(static end => Encoding.UTF8.GetMaxByteCount(end.Key.Length));
        payloadBytesMax = keyBytesMax + ((batch.Count + 1) * KvPayloadWriter.OperationBytesMax);
        keys = new byte[keyBytesMax];
        lookups = new (int, uint)[batch.Count];
        var used = 0;
        for (var i = 0; i < batch.Count; i++)
        {
            var length = Encoding.UTF8.GetBytes(batch[i].Key, keys.AsSpan(used));
            lookups[i] = (used + length, KvLookup.HashOf(keys.AsSpan(used, length)));
            used += length;
        }

        salts.Fill(salt);
        Empty = new DeltaDraft(KvKinds.Delete, KvPayloadFormat.SchemaVersion, new PayloadBuffer(salt, 0), DeltaContext.None);
    }

    public List<KvExpiring> Batch { get; }

    public uint Digest { get; }

    /// <summary>The key of a value as memory looks for it.</summary>
    public KvLookup LookupOf(int index)
    {
        var (from, (end, hash)) = (index == 0 ? 0 : lookups[index - 1].End, lookups[index]);
        return new KvLookup(keys.AsSpan(from..end), hash);
    }

    /// <summary>The hash of the key of an operation of the delta that was prepared last.</summary>
    public uint HashOf(int ordinal) => lookups[chosen[ordinal]].Hash;

    /// <summary>A draft without operations, to know what a record takes beside them.</summary>
    public DeltaDraft Empty { get; }

    /// <summary>Bytes of payload and facet field at most.</summary>
    public int RecordBytesMax => payloadBytesMax + facet.Length;

    public int Count { get; private set; }

    public void Clear() => Count = 0;

    public void Choose(int index) => chosen[Count++] = index;

    /// <summary>Whether what was prepared last is of the values that are chosen now.</summary>
    /// <remarks>
    /// For who has looked at all of them: a value that is not the newest of its key will never be again, so fewer are chosen
    /// from one complete look to the next, and equally many are the same ones.
    /// </remarks>
    public bool IsPrepared => prepared is not null && preparedCount == Count;

    /// <summary>The delta that was prepared.</summary>
    public PreparedDelta Prepared => prepared ?? throw new InvalidOperationException("Nothing was prepared.");

    /// <summary>The field of the storage agents in its header.</summary>
    public ReadOnlySpan<byte> Facet => facet.AsSpan(0, facetLength);

    /// <summary>Prepares the delta as if all of the values were over; nothing of a batch without values.</summary>
    /// <inheritdoc cref="Prepare(uint)"/>
    public void PrepareAll(uint agentDigest)
    {
        Clear();
        for (var i = 0; i < chosen.Length; i++)
        {
            Choose(i);
        }

        if (Count > 0)
        {
            Prepare(agentDigest);
        }
    }

    /// <summary>Prepares the delta of the values that are chosen. Outside of the gate: allocates and hashes the whole payload.</summary>
    /// <param name="agentDigest">Digest of the agent whose delta it is.</param>
    public void Prepare(uint agentDigest)
    {
        var payload = new PayloadBuffer(salt, payloadBytesMax);
        var writer = new KvPayloadWriter(payload, Count);
        var fields = new KvFacetWriter(facet, agentDigest);
        foreach (var index in chosen.AsSpan(0, Count))
        {
            writer.Expire(Batch[index].Key);
            fields.Add(hadLiveValue: true, new WriteId(Digest, Batch[index].Sequence, Batch[index].Ordinal));
        }

        (prepared, preparedCount, facetLength) = (new PreparedDelta(new DeltaDraft(KvKinds.Delete, KvPayloadFormat.SchemaVersion, payload, DeltaContext.None), default), Count, fields.Length);
    }
}
