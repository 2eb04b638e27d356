using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Channels;

namespace OrleansTemporal.Subscriptions;

/// <summary>Deltas that are about to be handed out together. Not thread-safe.</summary>
internal sealed class SubscriptionHarvest
{
    // Bytes of payloads after which an answer ends early.
    private const long HeavyBytes = 8 << 20;

    private readonly ImmutableArray<AgentDelta>.Builder deltas = ImmutableArray.CreateBuilder<AgentDelta>();
    private readonly ImmutableArray<ChannelCursor>.Builder cursors = ImmutableArray.CreateBuilder<ChannelCursor>();
    private readonly ImmutableArray<DeltaExplanation>.Builder explanations = ImmutableArray.CreateBuilder<DeltaExplanation>();
    private long bytes;

    /// <summary>How many there are.</summary>
    public int Count => deltas.Count;

    /// <summary>Whether they are enough for one answer, however few.</summary>
    public bool IsHeavy => bytes >= HeavyBytes;

    /// <summary>The newest.</summary>
    public AgentDelta Last => deltas[^1];

    /// <summary>System time of the oldest; zero for none.</summary>
    public HybridTimestamp Oldest => deltas.Count == 0 ? default : deltas.Min(static delta => delta.SystemTime);

    /// <summary>The place behind each.</summary>
    public ImmutableArray<ChannelCursor> Cursors => cursors.ToImmutable();

    /// <summary>Adds one.</summary>
    public void Add(AgentDelta delta, ChannelCursor cursor, DeltaExplanation? explanation)
    {
        deltas.Add(delta);
        cursors.Add(cursor);
        bytes += delta.Payload?.Length ?? 0;
        if (explanation is not null)
        {
            explanations.Add(explanation);
        }
    }

    /// <summary>Begins anew.</summary>
    public void Clear()
    {
        deltas.Clear();
        cursors.Clear();
        explanations.Clear();
        bytes = 0;
    }

    /// <summary>The answer.</summary>
    public SubscriptionBatch ToBatch(ChannelCursor next, SubscriptionStatus status, int tries, bool hasMore) => new()
    {
        Deltas = deltas.ToImmutable(),
        Cursors = cursors.ToImmutable(),
        Explanations = explanations.ToImmutable(),
        Next = next,
        Status = status,
        Tries = tries,
        HasMore = hasMore,
    };
}
