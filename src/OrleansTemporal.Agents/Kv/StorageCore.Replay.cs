using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Kv;

internal sealed partial class StorageCore
{
    /// <summary>The first answer of a remembered operation, made again from its delta.</summary>
    private async ValueTask<KvWriteResult> ReplayOutcomeAsync(OperationEntry earlier, CancellationToken cancellationToken)
    {
        var delta = await ReadDeltaAsync(earlier.Sequence, cancellationToken).ConfigureAwait(false);
        if (!delta.HasPayload || delta.IsReplaced)
        {
            throw RepeatErased();
        }

        return new KvWriteResult
        {
            Receipt = new Receipt
            {
                Agent = Id,
                Sequence = earlier.Sequence,
                SystemTime = earlier.SystemTime,
                Root = earlier.Root,
                Durability = Durability.Durable,
            },
            Outcomes = OutcomesOf(delta),
            Replayed = true,
        };
    }

    private ImmutableArray<KvOutcome> OutcomesOf(DeltaRecord delta)
    {
        var outcomes = ImmutableArray.CreateBuilder<KvOutcome>();
        var facet = new KvFacetReader(delta.Facet, Encoder.AgentDigest);
        foreach (var operation in new KvPayloadReader(delta.Payload.Span))
        {
            if (!facet.MoveNext())
            {
                throw Corrupt($"delta {delta.Sequence} has more operations than header entries");
            }

            var isPut = operation.Kind == KvOperationKind.Put;
            outcomes.Add(new KvOutcome
            {
                Key = System.Text.Encoding.UTF8.GetString(operation.Key),
                WriteId = new WriteId(Encoder.AgentDigest, delta.Sequence, operation.Ordinal),
                DistinctionId = isPut ? DistinctionOf(operation, delta.Payload.Span.Slice(operation.ValueAt, operation.ValueLength)) : default,
                PreviousWriteId = facet.Previous,
                Created = isPut && !facet.HadLiveValue,
                ExpiresAt = facet.ExpiresAt,
            });
        }

        return outcomes.DrainToImmutable();
    }

    private Distinction DistinctionOf(in KvPayloadOperation operation, ReadOnlySpan<byte> value) =>
        !operation.IsEncrypted ? Documents.DistinctionOf(value)
        : cipher.Decrypt(operation.Key, value) is { IsEmpty: false } readable ? Documents.DistinctionOf(readable.Span)
        : throw RepeatErased();
}
