using OrleansTemporal.Causality;
using OrleansTemporal.Channels;

namespace OrleansTemporal.Agents.Tests.Channels;

/// <summary>
/// An effect whose process is killed at a step that the test chooses: before and after it has loaded its cursor, before a
/// batch is stored, and after it was stored but before anybody was told.
/// </summary>
internal sealed class KilledEffect(int killAt) : IChannelEffect
{
    private readonly List<(AgentId Agent, long Sequence, Distinction Root)> stored = [];
    private ChannelCursor cursor;
    private int steps;

    /// <summary>Every delta that had its effect, in order.</summary>
    public IReadOnlyList<(AgentId Agent, long Sequence, Distinction Root)> Stored => stored;

    /// <summary>Whether the process was killed; a run that is over before has no such step.</summary>
    public bool WasKilled => steps >= killAt;

    public ValueTask<ChannelCursor> LoadCursorAsync(CancellationToken cancellationToken)
    {
        Step();
        var loaded = cursor;
        Step();
        return new(loaded);
    }

    public ValueTask ApplyAsync(ChannelBatch batch, CancellationToken cancellationToken)
    {
        Step();
        stored.AddRange(batch.Deltas.Select(static delta => (delta.Agent, delta.Sequence, delta.Root)));
        cursor = batch.Next;
        Step();
        return ValueTask.CompletedTask;
    }

    private void Step()
    {
        if (++steps == killAt)
        {
            throw new KilledException();
        }
    }
}
