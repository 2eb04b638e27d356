using System.Buffers.Binary;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Manifests;
using OrleansTemporal.Storage.Ports;
using OrleansTemporal.Storage.Segments;

namespace OrleansTemporal.Agents;

public abstract partial class AgentCore
{
    private const int ClaimAttemptsMax = 100;

    /// <summary>
    /// Recovers the state: the manifest's, then every durable delta behind it, each verified (commitment, sequence, time)
    /// and the root chain followed from the manifest's root.
    /// </summary>
    /// <exception cref="TemporalException">Corrupt, with the place, when anything does not verify.</exception>
    public async ValueTask OpenAsync(CancellationToken cancellationToken)
    {
        // The log first: once it is this process's, an earlier owner can write nothing that a later look would miss.
        Log = await Services.Logs.OpenAsync(Id, cancellationToken).ConfigureAwait(false);
        storedManifest = await Services.Manifests.LoadAsync(Id, cancellationToken).ConfigureAwait(false);
        owned = Log as IOwnedLog;
        if (owned is not null)
        {
            await ClaimAsync(owned, cancellationToken).ConfigureAwait(false);
            if (Services.Keys is { } keys)
            {
                // The owner before may have written under keys that this process has not heard of.
                await keys.CatchUpAsync(cancellationToken).ConfigureAwait(false);
            }
        }

        await new OrphanCollector(Services.Objects).CollectAsync(Id, Manifest, cancellationToken).ConfigureAwait(false);
        Events.ReplayStarted(Id);
        var began = Services.Time.GetTimestamp();
        Advance(0, HybridTimestamp.Zero, GenesisRoot.Of(Id));
        if (Manifest is { } sealedState)
        {
            // The log knows the times that were issued here; a manifest may have come from elsewhere.
            Services.Clock.Resume(sealedState.Clock);
            await RestoreAsync(sealedState, cancellationToken).ConfigureAwait(false);
            Log.Trim(sealedState.SealedThrough);
        }

        generationFirst = sequence + 1;
        await ReplayLogAsync(cancellationToken).ConfigureAwait(false);
        Events.ReplayCompleted(Id, replayedCount, Services.Time.GetElapsedTime(began));
        epoch = owned?.Epoch ?? Math.Max(epoch, Manifest?.Epoch ?? 0) + 1;
        if (sequence > 0 && Services.Logs.Listener is { } listener && listener.Hears(Id.Kind))
        {
            // What became durable just before a crash was told to nobody.
            listener.OnDurable(Id, sequence);
        }
        await RestoreDerivedAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Takes over what was derived in an earlier life, now that everything is folded. Nobody else has the core yet.</summary>
    private protected virtual ValueTask RestoreDerivedAsync(CancellationToken cancellationToken) => default;

    /// <summary>The newest delta that is durable, and a time up to which everything was; for the next life to compare with.</summary>
    public (long Sequence, HybridTimestamp Time) Durable
    {
        get
        {
            lock (Gate)
            {
                return (Math.Min(sequence, Log?.DurableThrough ?? 0), systemTime);
            }
        }
    }

    /// <summary>Refuses a storage that has lost what was durable in an earlier life of the agent in this process.</summary>
    /// <param name="durableThrough">The newest sequence that was durable then; 0 when nothing was.</param>
    /// <param name="time">A time at or after its delta's.</param>
    /// <exception cref="TemporalException">Corrupt: deltas are gone that may have been acknowledged.</exception>
    public void RequireNothingLost(long durableThrough, HybridTimestamp time)
    {
        // A log that another process has removed with its workspace and made anew is later, or has nothing yet.
        if (sequence > 0 && sequence < durableThrough && systemTime <= time)
        {
            throw Corrupt($"the storage ends at delta {sequence}, and {durableThrough} were durable before: it has forgotten what it had acknowledged");
        }
    }

    // An earlier owner may seal once more before it notices; the swap that raises the epoch ends that, and is tried again
    // on top of what they have done.
    private async ValueTask ClaimAsync(IOwnedLog log, CancellationToken cancellationToken)
    {
        Services.Clock.Resume(log.ResumeFrom);
        for (var attempt = 0; attempt < ClaimAttemptsMax; attempt++)
        {
            var current = Manifest ?? Storage.Manifests.Manifest.Empty(Id, GenesisRoot.Of(Id), log.Epoch);
            if (storedManifest is not null && current.Epoch >= log.Epoch)
            {
                break;
            }

            Services.Clock.Resume(current.Clock);
            try
            {
                storedManifest = await Services.Manifests.SwapAsync(storedManifest, current with { Epoch = log.Epoch }, cancellationToken).ConfigureAwait(false);
                log.Publish(log.Epoch);
                return;
            }
            catch (TemporalException fenced) when (fenced.Kind == ErrorKind.Fenced)
            {
                storedManifest = await Services.Manifests.LoadAsync(Id, cancellationToken).ConfigureAwait(false);
            }
        }

        throw new TemporalException(
            ErrorKind.Fenced, ErrorCodes.Fenced, $"{Id}: the manifest belongs to epoch {Manifest?.Epoch}, this owner has {log.Epoch}; the log may have been removed.");
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

        if (sealedState.SealedThrough == 0)
        {
            // Claimed by an owner that has sealed nothing.
            return;
        }

        RestoreFacetState(sealedState.FacetCounters.Span, sealedState);
        await RestoreSegmentsAsync(sealedState, cancellationToken).ConfigureAwait(false);
        await RestoreOperationsAsync(sealedState, cancellationToken).ConfigureAwait(false);
        await RestoreErasuresAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes the facet's state again from what segments hold beside their deltas. Nobody else has the core yet.</summary>
    private protected virtual ValueTask RestoreSegmentsAsync(Manifest sealedState, CancellationToken cancellationToken) => default;

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
                operations.Add(new OperationEntry(entry.Key, entry.Salt == UInt128.Zero ? default : BytesOf(entry.Salt), entry.BodyHash, entry.Sequence, entry.SystemTime, entry.Root));
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
