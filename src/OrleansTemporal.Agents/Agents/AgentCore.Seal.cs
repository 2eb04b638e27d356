using System.Buffers.Binary;
using Microsoft.Extensions.Logging;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Compression;
using OrleansTemporal.Storage.Hosting;
using OrleansTemporal.Storage.Manifests;
using OrleansTemporal.Storage.Runs;
using OrleansTemporal.Storage.Segments;

namespace OrleansTemporal.Agents;

public abstract partial class AgentCore
{
    private const int SealPageBytes = 4 << 20;

    // Sealing hurries while the journal holds more than this share of its limit, or a generation came faster than this.
    private const int HurryShare = 8;
    private const long HurryBytesPerSecond = 16 << 20;
    private const long HurryBytesMin = 8 << 20;

    private readonly TurnGate maintaining;

    /// <summary>How the segments of this facet are written when there is time: compressed, repeated values once.</summary>
    protected virtual SegmentOptions SegmentOptions => SegmentOptions.Default;

    // While much is written, hashing and compressing every value would make writers wait; the records are stored as they
    // are.
    private SegmentOptions SegmentOptionsOf(Generation generation)
    {
        var log = Services.Logs.Status;
        var took = generation.SystemTime.Milliseconds - generation.FirstTime.Milliseconds;
        var isFast = generation.RecordBytes >= HurryBytesMin && generation.RecordBytes * 1_000 / HurryBytesPerSecond > took;
        return isFast || log.Bytes > log.BytesMax / HurryShare
            ? SegmentOptions with { Codec = BlockCodec.Raw, Parts = null }
            : SegmentOptions;
    }

    /// <summary>Joins what segments hold of the facet when they are merged; null when they hold nothing.</summary>
    private protected virtual ISegmentFacet? SegmentFacet => null;

    /// <summary>What a generation's segment holds beside its deltas: what the facet's state is made of again without folding them.</summary>
    private protected virtual ReadOnlyMemory<byte> SegmentFacetOf(Generation generation) => default;

    /// <summary>Writes the facet's key run of a generation; null when the facet has none.</summary>
    private protected virtual ValueTask<RunRef?> WriteRunAsync(Generation generation, CancellationToken cancellationToken) => default;

    /// <summary>Takes notice of a new manifest. Under the gate.</summary>
    private protected virtual void OnManifest(Manifest newest)
    {
    }

    /// <summary>Lets memory go that sealed state makes superfluous. True when something was let go and more could be.</summary>
    private protected virtual bool Shrink() => false;

    /// <summary>Writes the deltas that time itself makes due, a bounded number. True when something was written and more could be due.</summary>
    private protected virtual ValueTask<bool> CleanUpAsync(CancellationToken cancellationToken) => default;

    /// <summary>Writes down what is held back in memory, before everything is sealed and before the core is closed. Ends with nothing held back; waits for no flush.</summary>
    private protected virtual ValueTask SettleAsync(CancellationToken cancellationToken) => default;

    /// <summary>Does a bounded piece of work on what is derived from the deltas, such as a search index. True when more is left.</summary>
    private protected virtual ValueTask<bool> DeriveAsync(CancellationToken cancellationToken) => default;

    /// <summary>Seals one generation, or cleans up, or merges once, or lets memory go; one call at a time.</summary>
    /// <returns>True when there is more to do.</returns>
    public async ValueTask<bool> MaintainAsync(MaintenanceBudget budget, CancellationToken cancellationToken)
    {
        await maintaining.EnterAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            // What is derived can wait when the host is in a hurry or about to close, and does not make the rest wait.
            var derives = budget.AllowMerges && await DeriveAsync(cancellationToken).ConfigureAwait(false);
            if (budget.SealEverything)
            {
                await SettleAsync(cancellationToken).ConfigureAwait(false);
            }

            if (NextDue(budget) is { } generation)
            {
                await SealAsync(generation, cancellationToken).ConfigureAwait(false);
                Shrink();
                return true;
            }

            if (await PurgeAsync(cancellationToken).ConfigureAwait(false))
            {
                return true;
            }

            if (await CleanUpAsync(cancellationToken).ConfigureAwait(false))
            {
                return true;
            }

            if (budget.AllowMerges && await MergeAsync(cancellationToken).ConfigureAwait(false))
            {
                return true;
            }

            return Shrink() || derives;
        }
        finally
        {
            maintaining.Exit();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (IsUsable)
        {
            await SettleQuietlyAsync().ConfigureAwait(false);
        }

        disposed = true;
        await maintaining.EnterAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            Release();
            if (Log is not null)
            {
                await Log.DisposeAsync().ConfigureAwait(false);
            }
        }
        finally
        {
            maintaining.Exit();
        }

        GC.SuppressFinalize(this);
    }

    // What was held back was promised to nobody, so that it can not be written any more stops no close.
    private async ValueTask SettleQuietlyAsync()
    {
        try
        {
            await SettleAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (TemporalException failure)
        {
            LogNotSettled(Id.ToString(), failure);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Agent} could not write down what it held back")]
    private partial void LogNotSettled(string agent, Exception exception);

    /// <summary>Gives back what the core holds of the process's memory.</summary>
    private protected virtual void Release()
    {
    }

    /// <summary>A new path for an object of this agent.</summary>
    private protected string NewPath(Func<AgentId, long, long, ulong, string> path, long first, long last)
    {
        Span<byte> random = stackalloc byte[8];
        Services.Salts.Fill(random);
        return path(Id, first, last, BinaryPrimitives.ReadUInt64LittleEndian(random));
    }

    private Generation? NextDue(MaintenanceBudget budget)
    {
        lock (Gate)
        {
            if (due.Count == 0 && sequence >= generationFirst && (budget.SealEverything || MustSealFrom(generationFirst)))
            {
                Cut();
            }

            return due.Count > 0 ? due[0] : null;
        }
    }

    private async ValueTask SealAsync(Generation generation, CancellationToken cancellationToken)
    {
        await Log.WhenDurableAsync(generation.Last, cancellationToken).ConfigureAwait(false);
        var segment = await WriteSegmentAsync(generation, cancellationToken).ConfigureAwait(false);
        RunRef? run;
        try
        {
            run = await WriteRunAsync(generation, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            // Nothing names the segment yet. Left alone, every attempt on a full disk would make it fuller.
            await Services.Objects.DeleteAsync(segment.ObjectPath, CancellationToken.None).ConfigureAwait(false);
            throw;
        }

        var current = Manifest ?? Storage.Manifests.Manifest.Empty(Id, GenesisRoot.Of(Id), epoch);
        var proposed = current with
        {
            Epoch = epoch,
            SealedThrough = generation.Last,
            Root = generation.Root,
            Clock = generation.SystemTime,
            FacetCounters = FacetStateOf(generation.FacetState, generation.Last),
            Segments = [.. current.Segments, segment],
            Runs = run is null ? current.Runs : [.. current.Runs, run],
        };
        await SwapAsync(proposed, cancellationToken).ConfigureAwait(false);
        lock (Gate)
        {
            due.RemoveAt(0);
        }

        Log.Trim(generation.Last);
        LogSealed(Id.ToString(), generation.First, generation.Last, segment.Length);
    }

    private async ValueTask<SegmentRef> WriteSegmentAsync(Generation generation, CancellationToken cancellationToken)
    {
        var path = NewPath(SealedPaths.Segment, generation.First, generation.Last);
        return await WriteAsync(
            path,
            writer => WriteSegmentAsync(
                generation, new SegmentWriter(writer, path, Id, Manifest?.Root ?? GenesisRoot.Of(Id), SegmentOptionsOf(generation), Services.Scheduler), cancellationToken),
            cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<SegmentRef> WriteSegmentAsync(Generation generation, SegmentWriter segment, CancellationToken cancellationToken)
    {
        var after = generation.First - 1;
        while (after < generation.Last)
        {
            var page = await Log.ReadAsync(after, SealPageBytes, cancellationToken).ConfigureAwait(false);
            if (page.Records.Count == 0)
            {
                throw Corrupt($"delta {after + 1} is not in the log");
            }

            var count = (int)Math.Min(page.Records.Count, generation.Last - after);
            await segment.AppendAsync(page.Records.Take(count).Select(Strip), cancellationToken).ConfigureAwait(false);
            after += count;
            page.Return();
        }

        return segment.Root == generation.Root
            ? await segment.FinishAsync(SegmentFacetOf(generation), default, cancellationToken).ConfigureAwait(false)
            : throw Corrupt($"the log's deltas {generation.First} to {generation.Last} lead to root {segment.Root}, memory has {generation.Root}");
    }

    private async ValueTask SwapAsync(Manifest proposed, CancellationToken cancellationToken)
    {
        proposed = proposed with { Collectable = DroppedBy(proposed), Epoch = owned?.Epoch ?? proposed.Epoch };
        StoredManifest swapped;
        try
        {
            swapped = await Services.Manifests.SwapAsync(storedManifest, proposed, cancellationToken).ConfigureAwait(false);
        }
        catch (TemporalException failure) when (failure.OutcomeUnknown || failure.Kind == ErrorKind.Fenced)
        {
            // What stands is not known here any more, so this life of the agent ends and the next one reads it.
            lost = true;
            throw;
        }

        lock (Gate)
        {
            storedManifest = swapped;
            OnManifest(swapped.Manifest);
        }

        owned?.Publish(swapped.Manifest.Epoch);
    }

    /// <summary>
    /// Says by a manifest that this owner's epoch has risen, unless one has: what an owned log keeps of earlier epochs goes
    /// only then.
    /// </summary>
    private protected async ValueTask PublishEpochAsync(CancellationToken cancellationToken)
    {
        if (owned is { } log && Manifest is { } current && current.Epoch < log.Epoch)
        {
            await SwapAsync(current, cancellationToken).ConfigureAwait(false);
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Agent} sealed deltas {First} to {Last} into {Bytes} bytes")]
    private partial void LogSealed(string agent, long first, long last, long bytes);
}
