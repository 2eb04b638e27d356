using System.Collections.Immutable;
using System.Text;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Kv;

namespace OrleansTemporal.Channels;

/// <summary>Makes of stored records what subscribers see.</summary>
internal static class DeltaDecoder
{
    /// <summary>One delta.</summary>
    /// <param name="agent">Whose.</param>
    /// <param name="agentDigest">Its digest, which callers keep.</param>
    /// <param name="record">The record; slices of it stay in use.</param>
    /// <param name="root">The root before it, moved past it.</param>
    public static AgentDelta Decode(AgentId agent, uint agentDigest, in DeltaRecord record, ref Distinction root)
    {
        root = RootChain.Advance(root, record);
        return new AgentDelta
        {
            Agent = agent,
            Sequence = record.Sequence,
            SystemTime = record.SystemTime,
            Kind = record.Kind,
            Root = root,
            Payload = record.HasPayload ? record.Payload : (ReadOnlyMemory<byte>?)null,
            Changes = ChangesOf(record, agentDigest),
            Actor = record.Actor,
            Causes = record.Causes,
            Metadata = record.Metadata,
        };
    }

    /// <summary>What a delta of a storage agent did to which keys; empty for every other one.</summary>
    public static ImmutableArray<KvChange> ChangesOf(in DeltaRecord record, uint agentDigest)
    {
        if (!record.HasPayload || (record.Kind != KvKinds.Store && record.Kind != KvKinds.Delete))
        {
            return [];
        }

        var facet = new KvFacetReader(record.Facet, agentDigest);
        var payload = record.Payload;
        var reader = new KvPayloadReader(payload.Span);
        var changes = ImmutableArray.CreateBuilder<KvChange>(reader.Count);
        while (reader.MoveNext())
        {
            var operation = reader.Current;
            changes.Add(new KvChange
            {
                Kind = operation.IsErased ? null : operation.Kind,
                Key = Encoding.UTF8.GetString(operation.Key),
                WriteId = record.WriteIdOf(agentDigest, operation.Ordinal),
                Value = operation.IsEncrypted ? default : payload.Slice(operation.ValueAt, operation.ValueLength),
                IsEncrypted = operation.IsEncrypted,
                HadValue = facet.MoveNext() && facet.HadLiveValue,
            });
        }

        return changes.MoveToImmutable();
    }
}
