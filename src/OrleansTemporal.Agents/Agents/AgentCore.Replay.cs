using OrleansTemporal.Causality;
using OrleansTemporal.Storage.Ports;
using OrleansTemporal.Storage.Segments;

namespace OrleansTemporal.Agents;

public abstract partial class AgentCore
{
    // The pages under way should stay in the cache of a processor, together.
    private const int ReplayPageBytes = 1 << 20;

    // Deltas that were read back and folded.
    private long replayedCount;

    private ValueTask ReplayLogAsync(CancellationToken cancellationToken) =>
        ReplayAsync(after => Log.ReadAsync(after, ReplayPageBytes, cancellationToken), cancellationToken);

    private async ValueTask ReplaySegmentAsync(SegmentRef segment, CancellationToken cancellationToken)
    {
        var reader = await Services.Segments.OpenAsync(segment, cancellationToken).ConfigureAwait(false);
        if (sequence < segment.LastSequence)
        {
            await ReplayAsync(after => reader.ReadRangeAsync(after, ReplayPageBytes, cancellationToken), cancellationToken).ConfigureAwait(false);
        }

        generationFirst = sequence + 1;
        generationBytes = 0;
        due.Clear();
    }

    /// <summary>Hands sealed deltas to a facet whose segments hold nothing beside them; roots and payloads are not verified again.</summary>
    /// <param name="reader">The segment.</param>
    /// <param name="last">Sequence of the last delta that is wanted; before the segment's first for none.</param>
    /// <param name="fold">Takes them in, in their order.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    private protected async ValueTask FoldSealedAsync(SegmentReader reader, long last, Action<DeltaRecord> fold, CancellationToken cancellationToken)
    {
        for (var after = reader.Segment.FirstSequence - 1; after < last;)
        {
            foreach (var record in (await reader.ReadRangeAsync(after, ReplayPageBytes, cancellationToken).ConfigureAwait(false)).Records)
            {
                var delta = DeltaRecord.Read(record);
                if (delta.Sequence <= last)
                {
                    fold(delta);
                    after = delta.Sequence;
                    replayedCount++;
                }
            }
        }
    }

    private ValueTask ReplayAsync(Func<long, ValueTask<LogPage>> read, CancellationToken cancellationToken) =>
        new ReplayPipeline(Services.Scheduler, read, Verify, Fold).RunAsync(sequence, cancellationToken);

    private void Verify(ReplayPage page, int piece)
    {
        if (page.Verify(piece) is { } delta)
        {
            throw Corrupt($"delta {delta.Sequence} has a payload that its header does not commit to");
        }
    }

    private void Fold(ReplayPage page)
    {
        lock (Gate)
        {
            for (var i = 0; i < page.Count; i++)
            {
                Replay(page.Deltas[i], page.Actions[i]);
            }

            replayedCount += page.Count;
        }
    }

    // Under the gate. The fold copies what it keeps.
    private void Replay(in DeltaRecord delta, in Distinction action)
    {
        if (delta.Sequence != sequence + 1 || delta.SystemTime <= systemTime)
        {
            throw Corrupt($"delta {delta.Sequence} at {delta.SystemTime} does not follow {sequence} at {systemTime}");
        }

        if (!delta.AgentText.SequenceEqual(agentText))
        {
            throw Corrupt($"delta {delta.Sequence} belongs to {delta.Agent}");
        }

        Advance(delta.Sequence, delta.SystemTime, Synthesis.Synthesize(root, action));
        epoch = Math.Max(epoch, delta.Epoch);
        Apply(new AppliedDelta(
            delta.Sequence,
            delta.SystemTime,
            delta.Kind,
            delta.HasPayload ? delta.Payload : (ReadOnlyMemory<byte>?)null,
            delta.Facet,
            delta.Causes,
            delta.Metadata,
            delta.Bytes.Length));
        if (delta.HasPayload && delta.OperationKey is { } key)
        {
            operations.Add(new OperationEntry(key, delta.Salt.ToArray(), delta.OperationDigest, delta.Sequence, delta.SystemTime, root));
        }

        CutWhenLarge(delta.Bytes.Length);
    }
}
