using System.Collections.Immutable;
using OrleansTemporal.Causality;
using OrleansTemporal.Channels;

namespace OrleansTemporal.Agents;

public abstract partial class AgentCore
{
    // What one answer holds, however many deltas were asked for: one delta always, then as many as stay below.
    private const int ExplainedChangesMax = 20_000;

    /// <summary>What durable deltas behind a sequence say.</summary>
    public async ValueTask<ImmutableArray<DeltaExplanation>> ExplainDeltasAsync(long afterSequence, int countMax, CancellationToken cancellationToken)
    {
        var page = await ReadDeltasAsync(afterSequence, countMax, cancellationToken).ConfigureAwait(false);
        var explained = ImmutableArray.CreateBuilder<DeltaExplanation>(page.Records.Length);
        var changes = 0;
        foreach (var bytes in page.Records)
        {
            var delta = DeltaRecord.Read(bytes);
            var draft = new DeltaExplanationDraft(delta.Sequence, delta.SystemTime) { IsErased = !delta.HasPayload };
            if (delta.HasPayload)
            {
                Explain(delta, draft);
            }

            explained.Add(draft.ToExplanation());
            changes += explained[^1].Changes.Length;
            if (changes >= ExplainedChangesMax)
            {
                break;
            }
        }

        return explained.ToImmutable();
    }

    /// <summary>Says what a delta changes, as far as users know of it; outside of the gate.</summary>
    private protected virtual void Explain(in DeltaRecord delta, DeltaExplanationDraft draft)
    {
    }
}
