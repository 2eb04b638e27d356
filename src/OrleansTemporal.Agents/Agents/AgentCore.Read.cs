using System.Collections.Immutable;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Manifests;
using OrleansTemporal.Storage.Ports;
using OrleansTemporal.Storage.Segments;

namespace OrleansTemporal.Agents;

public abstract partial class AgentCore
{
    private const int DeltaPageBytes = 8 << 20;

    /// <summary>Changes with each erasure, and when the agent opens. Under the gate.</summary>
    private protected virtual long ErasedThrough => 0;

    /// <summary>Where the agent stands, as far as it is durable. The root of the newest delta is shown once that is durable.</summary>
    public async ValueTask<AgentStatus> GetStatusAsync(CancellationToken cancellationToken)
    {
        AgentStatus status;
        lock (Gate)
        {
            status = new AgentStatus
            {
                Agent = Id,
                Sequence = sequence,
                Root = root,
                SystemTime = systemTime,
                Epoch = (long)epoch,
                SealedThrough = Manifest?.SealedThrough ?? 0,
                HotBytes = Log.Bytes,
                WarmBytes = BytesIn(StorageTier.Warm),
                ColdBytes = BytesIn(StorageTier.Cold),
                DeepBytes = BytesIn(StorageTier.Deep),
                Heat = HeatAt(Services.Clock.Last),
                SegmentCount = Manifest?.Segments.Count ?? 0,
                RunCount = Manifest?.Runs.Count ?? 0,
                ErasedThrough = ErasedThrough,
            };
        }

        await Log.WhenDurableAsync(status.Sequence, cancellationToken).ConfigureAwait(false);
        return status;
    }

    /// <summary>Durable deltas after a sequence, from segments or from the log, whichever holds them.</summary>
    public async ValueTask<DeltaPage> ReadDeltasAsync(long afterSequence, int countMax, CancellationToken cancellationToken)
    {
        var records = ImmutableArray.CreateBuilder<ReadOnlyMemory<byte>>();
        var bytes = 0L;
        var after = afterSequence;
        long erasedThrough;
        lock (Gate)
        {
            erasedThrough = ErasedThrough;
        }

        while (records.Count < countMax && bytes < DeltaPageBytes && after < Log.DurableThrough)
        {
            var page = await ReadPageAsync(after, cancellationToken).ConfigureAwait(false);
            if (page.Count == 0)
            {
                break;
            }

            foreach (var record in page.Take(countMax - records.Count))
            {
                records.Add(Strip(record));
                bytes += record.Length;
                after++;
            }
        }

        return new DeltaPage { Records = records.ToImmutable(), HasMore = after < Log.DurableThrough, ErasedThrough = erasedThrough };
    }

    /// <summary>The whole chain and the key runs, read back from storage past every cache; the chain against the root in memory.</summary>
    public async ValueTask<VerifyReport> VerifyAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var seen = Manifest;
            var (report, expected) = await VerifyOnceAsync(cancellationToken).ConfigureAwait(false);
            if (report.Fault is null)
            {
                return report;
            }

            if (ReferenceEquals(seen, Manifest))
            {
                Events.TargetStateCorrupted(Id, expected, report.Root, report.Fault);
                return report;
            }

            // Sealed or merged meanwhile: what seemed to be missing may have been replaced.
        }
    }

    // The report, and the root in memory that the chain should end in.
    private async ValueTask<(VerifyReport Report, Distinction Expected)> VerifyOnceAsync(CancellationToken cancellationToken)
    {
        (long Sequence, Distinction Root) goal = default;
        var report = new VerifyReport { Agent = Id, DeltaCount = 0, SegmentCount = 0, Root = GenesisRoot.Of(Id) };
        try
        {
            Manifest? seen;
            lock (Gate)
            {
                (seen, goal) = (Manifest, (sequence, root));
            }

            await Log.WhenDurableAsync(goal.Sequence, cancellationToken).ConfigureAwait(false);
            var audit = BeginAudit();
            Action<DeltaRecord>? visit = audit is null ? null : audit.Visit;
            foreach (var segment in seen?.Segments ?? [])
            {
                var reader = await Services.Segments.OpenAsync(segment, cancellationToken).ConfigureAwait(false);
                var rootAfter = await reader.VerifyAsync(report.Root, visit, cancellationToken).ConfigureAwait(false);
                report = report with { Root = rootAfter, DeltaCount = report.DeltaCount + segment.RecordCount, SegmentCount = report.SegmentCount + 1 };
            }

            foreach (var run in seen?.Runs ?? [])
            {
                var reader = await Services.Runs.OpenAsync(run, cancellationToken).ConfigureAwait(false);
                await reader.VerifyAsync(cancellationToken).ConfigureAwait(false);
            }

            report = await VerifyTailAsync(report, seen, goal.Sequence, visit, cancellationToken).ConfigureAwait(false);
            report = report.Root != goal.Root ? report with { Fault = $"{Id}: the chain ends in {report.Root}, memory has {goal.Root}" }
                : report.Fault is null && audit?.Fault() is { } fault ? report with { Fault = $"{Id}: {fault}" }
                : report;
            return (report, goal.Root);
        }
        catch (TemporalException fault) when (fault.Kind is ErrorKind.Corrupt or ErrorKind.NotFound)
        {
            return (report with { Fault = fault.Message }, goal.Root);
        }
    }

    /// <summary>
    /// Closes an instant: no later delta of this process is stamped at or before it, none after a restart either, and all
    /// deltas up to it are durable.
    /// </summary>
    private protected async ValueTask CloseAsync(HybridTimestamp instant, CancellationToken cancellationToken)
    {
        Services.Clock.RaisePast(instant);
        long mark;
        lock (Gate)
        {
            // Nothing that was staged after the clock was raised is stamped at or before the instant.
            mark = sequence;
        }

        await Log.WhenDurableAsync(mark, cancellationToken).ConfigureAwait(false);
        await Services.Logs.CloseAsync(instant, cancellationToken).ConfigureAwait(false);
        if (owned is not null)
        {
            // Another owner that came in between might have read the closed moment too early to know of this one.
            await owned.ConfirmAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Completes when no other process can have acknowledged anything for the agent since the call.</summary>
    /// <exception cref="TemporalException">Fenced; Unavailable, <c>not_ready</c>.</exception>
    public ValueTask ConfirmAsync(CancellationToken cancellationToken) => owned?.ConfirmAsync(cancellationToken) ?? ValueTask.CompletedTask;

    /// <summary>The record of one durable delta.</summary>
    private protected async ValueTask<DeltaRecord> ReadDeltaAsync(long wanted, CancellationToken cancellationToken)
    {
        var page = await ReadDeltasAsync(wanted - 1, 1, cancellationToken).ConfigureAwait(false);
        return page.Records.IsEmpty ? throw Corrupt($"delta {wanted} is not in the log") : DeltaRecord.Read(page.Records[0]);
    }

    /// <summary>The stored record of one durable delta, from its segment or from the log, erased parts included until they are gone.</summary>
    private protected async ValueTask<ReadOnlyMemory<byte>> ReadStoredAsync(long wanted, CancellationToken cancellationToken)
    {
        while (true)
        {
            var seen = Manifest;
            if (seen?.SegmentOf(wanted) is not null)
            {
                return (await ReadSealedAsync(wanted, cancellationToken).ConfigureAwait(false)).Bytes;
            }

            // At least one group's records come, however small the page.
            var page = await Log.ReadAsync(wanted - 1, 1, cancellationToken).ConfigureAwait(false);
            if (page.Records.Count > 0 && DeltaRecord.Read(page.Records[0]).Sequence == wanted)
            {
                return page.Records[0];
            }

            if (ReferenceEquals(seen, Manifest))
            {
                throw Corrupt($"delta {wanted} is not in the log");
            }
        }
    }

    /// <summary>The record of one sealed delta, straight from its segment.</summary>
    private protected async ValueTask<DeltaRecord> ReadSealedAsync(long wanted, CancellationToken cancellationToken)
    {
        while (true)
        {
            var seen = Manifest;
            var segment = seen?.SegmentOf(wanted) ?? throw Corrupt($"delta {wanted} is in no segment");
            try
            {
                var reader = await Services.Segments.OpenAsync(segment, cancellationToken).ConfigureAwait(false);
                var record = DeltaRecord.Read(await reader.ReadRecordAsync(wanted, cancellationToken).ConfigureAwait(false));
                heat.Touch(segment.ObjectPath, Services.Clock.Last);
                return record;
            }
            catch (TemporalException missing) when (missing.Kind == ErrorKind.NotFound && !ReferenceEquals(seen, Manifest))
            {
                // Merged into a larger segment meanwhile.
                continue;
            }
        }
    }

    /// <summary>Brings sealed deltas into the cache before they are read one by one: several reads of the storage run side by side.</summary>
    private protected async ValueTask WarmSealedAsync(List<long> sequences, CancellationToken cancellationToken)
    {
        var seen = Manifest;
        foreach (var group in sequences.GroupBy(sequence => seen?.SegmentOf(sequence)))
        {
            try
            {
                if (group.Key is { } segment)
                {
                    var reader = await Services.Segments.OpenAsync(segment, cancellationToken).ConfigureAwait(false);
                    await reader.WarmAsync([.. group], cancellationToken).ConfigureAwait(false);
                }
            }
            catch (TemporalException missing) when (missing.Kind == ErrorKind.NotFound && !ReferenceEquals(seen, Manifest))
            {
                // Merged into a larger segment meanwhile, where the reads will find them.
                return;
            }
        }
    }

    private async ValueTask<IReadOnlyList<ReadOnlyMemory<byte>>> ReadPageAsync(long after, CancellationToken cancellationToken)
    {
        while (true)
        {
            Manifest? seen;
            lock (Gate)
            {
                seen = Manifest;
            }

            if (seen?.SegmentOf(after + 1) is not { } segment)
            {
                var page = await Log.ReadAsync(after, DeltaPageBytes, cancellationToken).ConfigureAwait(false);
                if (page.Records.Count > 0 && DeltaRecord.Read(page.Records[0]).Sequence == after + 1)
                {
                    return page.Records;
                }

                if (ReferenceEquals(seen, Manifest))
                {
                    return [];
                }

                // Sealed and trimmed between the two looks.
                continue;
            }

            try
            {
                var reader = await Services.Segments.OpenAsync(segment, cancellationToken).ConfigureAwait(false);
                return (await reader.ReadRangeAsync(after, DeltaPageBytes, cancellationToken).ConfigureAwait(false)).Records;
            }
            catch (TemporalException missing) when (missing.Kind == ErrorKind.NotFound && !ReferenceEquals(seen, Manifest))
            {
                // Merged into a larger segment meanwhile.
                continue;
            }
        }
    }

    private async ValueTask<VerifyReport> VerifyTailAsync(
        VerifyReport report, Manifest? seen, long last, Action<DeltaRecord>? visit, CancellationToken cancellationToken)
    {
        var position = new ChainPosition(seen?.SealedThrough ?? 0, seen?.Clock ?? HybridTimestamp.Zero, report.Root);
        while (position.Sequence < last)
        {
            var page = await ReadPageAsync(position.Sequence, cancellationToken).ConfigureAwait(false);
            if (page.Count == 0)
            {
                return report with { Root = position.Root, Fault = $"{Id}: delta {position.Sequence + 1} is not in the log" };
            }

            foreach (var record in page)
            {
                if (position.Sequence == last)
                {
                    break;
                }

                var delta = DeltaRecord.Read(record);
                position = RootChain.Advance(position, delta);
                visit?.Invoke(delta);
                report = report with { DeltaCount = report.DeltaCount + 1 };
            }
        }

        return report with { Root = position.Root };
    }
}
