using OrleansTemporal.Agents.Tests.Channels;
using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Channels;

namespace OrleansTemporal.Agents.Tests.Subscriptions;

/// <summary>
/// A subscriber whose process is killed at a step that the test chooses: around each delivery, each effect and each
/// acknowledgement. Its effects are stored with their cursors, so it knows what of a delivery it has had.
/// </summary>
internal sealed class MortalSubscriber(string id, int killAt)
{
    private readonly List<(string Agent, long Sequence)> stored = [];
    private ChannelCursor cursor;
    private int steps;

    /// <summary>Every delta that had its effect, in order.</summary>
    public IReadOnlyList<(string Agent, long Sequence)> Stored => stored;

    /// <summary>Deltas that were handed out although they had had their effect.</summary>
    public int Repeated { get; private set; }

    /// <summary>Whether it was killed; a run that is over before has no such step.</summary>
    public bool WasKilled => steps >= killAt;

    /// <summary>Takes one delivery.</summary>
    /// <returns>False when there was nothing.</returns>
    public async Task<bool> StepAsync(TestStore store, Random random)
    {
        Step();
        var batch = await store.PullAsync(id, max: random.Next(1, 5));
        Step();
        for (var i = 0; i < batch.Deltas.Length; i++)
        {
            if (batch.Cursors[i] <= cursor)
            {
                Repeated++;
                continue;
            }

            stored.Add((batch.Deltas[i].Agent.Name, batch.Deltas[i].Sequence));
            cursor = batch.Cursors[i];
            Step();
        }

        if (!batch.Deltas.IsEmpty)
        {
            await store.AcknowledgeAsync(id, batch.Next);
        }

        Step();
        return !batch.Deltas.IsEmpty;
    }

    private void Step()
    {
        if (++steps == killAt)
        {
            throw new KilledException();
        }
    }
}
