using System.Buffers.Binary;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Manifests;
using OrleansTemporal.Storage.Ports;
using OrleansTemporal.Storage.Segments;

namespace OrleansTemporal.Agents;

public abstract partial class AgentCore
{
    // Large enough that reads are sequential, small enough that two of them in memory do not matter.
    private const int ReplayPageBytes = 4 << 20;

    /// <summary>
    /// Recovers the state: the manifest's, then every durable delta behind it, each verified (commitment, sequence, time)
    /// and the root chain followed from the manifest's root.
    /// </summary>
    /// <exception cref="TemporalException">Corrupt, with the place, when anything does not verify.</exception>
    public async ValueTask OpenAsync(CancellationToken cancellationToken)
    {
        storedManifest = await Services.Manifests.LoadAsync(Id, cancellationToken).ConfigureAwait(false);
        Log = await Services.Logs.OpenAsync(Id, cancellationToken).ConfigureAwait(false);
        await new OrphanCollector(Services.Objects).CollectAsync(Id, Manifest, cancellationToken).ConfigureAwait(false);
        Advance(0, HybridTimestamp.Zero, GenesisRoot.Of(Id));
        if (Manifest is { } sealedState)
        {
            await RestoreAsync(sealedState, cancellationToken).ConfigureAwait(false);
            Log.Trim(sealedState.SealedThrough);
        }

        generationFirst = sequence + 1;
        await ReplayLogAsync(cancellationToken).ConfigureAwait(false);
        epoch = Math.Max(epoch, Manifest?.Epoch ?? 0) + 1;
    }

    private async ValueTask RestoreAsync(Manifest sealedState, CancellationToken cancellationToken)
    {
        if (ReplaysFromGenesis)
        {
            foreach (var segment in sealedState.Segments)
            {
                await ReplaySegmentAsync(segment, cancellationToken).ConfigureAwait(false);
            }

            if (root != sealedState.Root || sequence != sealedState.SealedThrough)
            {
                throw Corrupt($"the segments end at {sequence} with root {root}, the manifest says {sealedState.SealedThrough} with root {sealedState.Root}");
            }
        }
        else
        {
            Advance(sealedState.SealedThrough, sealedState.Clock, sealedState.Root);
        }

        RestoreFacetState(sealedState.FacetCounters.Span, sealedState);
        await RestoreOperationsAsync(sealedState, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask ReplaySegmentAsync(SegmentRef segment, CancellationToken cancellationToken)
    {
        var reader = await Services.Segments.OpenAsync(segment, cancellationToken).ConfigureAwait(false);
        while (sequence < segment.LastSequence)
        {
            var page = await reader.ReadRangeAsync(sequence, ReplayPageBytes, cancellationToken).ConfigureAwait(false);
            await ReplayAsync(page.Records, cancellationToken).ConfigureAwait(false);
        }

        generationFirst = sequence + 1;
        generationBytes = 0;
        due.Clear();
    }

    private async ValueTask ReplayLogAsync(CancellationToken cancellationToken)
    {
        LogPage page;
        do
        {
            page = await Log.ReadAsync(sequence, ReplayPageBytes, cancellationToken).ConfigureAwait(false);
            await ReplayAsync(page.Records, cancellationToken).ConfigureAwait(false);

            // The fold has copied what it keeps.
            page.Return();
        }
        while (page.HasMore);
    }

    private async ValueTask ReplayAsync(IReadOnlyList<ReadOnlyMemory<byte>> records, CancellationToken cancellationToken)
    {
        if (records.Count == 0)
        {
            return;
        }

        // Parsing and hashing need no order, so both cores share them; the chain and the fold do.
        var deltas = new DeltaRecord[records.Count];
        var actions = new Distinction[records.Count];
        var chunk = Math.Max(16, (records.Count + (Services.Scheduler.Parallelism * 2) - 1) / (Services.Scheduler.Parallelism * 2));
        await Services.Scheduler.ForAsync(
            (records.Count + chunk - 1) / chunk,
            part =>
            {
                var end = Math.Min(records.Count, (part + 1) * chunk);
                for (var i = part * chunk; i < end; i++)
                {
                    deltas[i] = DeltaRecord.Read(records[i]);
                    if (deltas[i].HasPayload && !deltas[i].VerifyCommitment())
                    {
                        throw Corrupt($"delta {deltas[i].Sequence} has a payload that its header does not commit to");
                    }

                    actions[i] = deltas[i].ActionDistinction();
                }
            },
            cancellationToken).ConfigureAwait(false);
        lock (Gate)
        {
            for (var i = 0; i < deltas.Length; i++)
            {
                Replay(deltas[i], actions[i]);
            }
        }
    }

    // Under the gate.
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
            delta.HasPayload ? delta.Payload : null,
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

    private async ValueTask RestoreOperationsAsync(Manifest sealedState, CancellationToken cancellationToken)
    {
        if (ReplaysFromGenesis)
        {
            return;
        }

        var horizon = Services.Clock.NowMilliseconds - (long)TimeSpan.FromHours(24).TotalMilliseconds;
        var wanted = new Stack<SegmentRef>();
        var count = 0L;
        for (var i = sealedState.Segments.Count - 1; i >= 0 && count < Limits.OperationsRememberedMax; i--)
        {
            var segment = sealedState.Segments[i];
            if (segment.MaxTime.Milliseconds < horizon)
            {
                break;
            }

            if (segment.OperationCount > 0)
            {
                wanted.Push(segment);
                count += segment.OperationCount;
            }
        }

        foreach (var segment in wanted)
        {
            var reader = await Services.Segments.OpenAsync(segment, cancellationToken).ConfigureAwait(false);
            foreach (var entry in await reader.ReadOperationsAsync(cancellationToken).ConfigureAwait(false))
            {
                operations.Add(new OperationEntry(entry.Key, BytesOf(entry.Salt), entry.BodyHash, entry.Sequence, entry.SystemTime, entry.Root));
            }
        }
    }

    private static byte[] BytesOf(UInt128 salt)
    {
        var bytes = new byte[16];
        BinaryPrimitives.WriteUInt128LittleEndian(bytes, salt);
        return bytes;
    }

    /// <summary>An error that names this agent and what does not verify.</summary>
    private protected TemporalException Corrupt(string problem) =>
        new(ErrorKind.Corrupt, ErrorCodes.Corrupt, $"{Id}: {problem}.");
}
