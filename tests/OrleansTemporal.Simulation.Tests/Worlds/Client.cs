using System.Collections.Immutable;
using System.Text;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Hosting;
using OrleansTemporal.Kv;

namespace OrleansTemporal.Simulation.Tests.Worlds;

/// <summary>Somebody who uses the database, one call after the other, and tells the ledger what came of it.</summary>
internal sealed partial class Client(TemporalDatabase database, Ledger ledger, Random random, Trace trace, Func<Task> pause, ManualTime time)
{
    /// <summary>One partition, so that batches are atomic.</summary>
    public const string Whole = "whole";

    /// <summary>One partition whose writes are answered before they are durable: they may vanish, but nothing else may.</summary>
    public const string Buffered = "buffered";

    /// <summary>Several partitions, so that a batch is several deltas.</summary>
    public const string Split = "split";

    public const string Workspace = "default";
    public const int Partitions = 3;

    private const int RefusalsMax = 15;
    private int refusalsInARow;

    public async Task RunAsync(int steps)
    {
        for (var i = 0; i < steps && refusalsInARow < RefusalsMax; i++)
        {
            await pause();
            var ns = random.Next(10) switch
            {
                < 3 => Split,
                3 => Buffered,
                _ => Whole,
            };
            switch (random.Next(10))
            {
                case < 4:
                    await WriteAsync(ledger.Begin(ns, [Choose()], isRepeatable: random.Next(2) == 0));
                    break;
                case < 6:
                    await WriteAsync(ledger.Begin(ns, [.. Enumerable.Range(0, random.Next(2, 6)).Select(_ => Choose())], isRepeatable: random.Next(2) == 0));
                    break;
                case < 7:
                    await RepeatAsync();
                    break;
                default:
                    await ReadAsync(ns);
                    break;
            }
        }
    }

    // Keys that begin with s are never deleted and live for ever, so a read that finds nothing there has lost something.
    private KvOperation Choose()
    {
        var key = random.Next(2) == 0 ? $"s{random.Next(6)}" : $"k{random.Next(12)}";
        return key[0] == 'k' && random.Next(4) == 0
            ? new KvOperation { Kind = KvOperationKind.Delete, Key = key }
            : new KvOperation
            {
                Kind = KvOperationKind.Put,
                Key = key,
                Value = Encoding.UTF8.GetBytes($"\"{ledger.Writes.Count} {new string('v', random.Next(4) == 0 ? random.Next(2_000) : random.Next(40))}\""),
                IfAbsent = random.Next(10) == 0,
                TimeToLive = key[0] == 'k' && random.Next(3) == 0 ? TimeSpan.FromMilliseconds(random.Next(1, 60)) : null,
            };
    }

    // What nobody knows the end of is sent again, in this life or the next.
    private async Task RepeatAsync()
    {
        var open = ledger.Writes.Where(static write => write is { IdempotencyKey: not null, Status: not WriteStatus.Refused }).ToArray();
        if (open.Length > 0)
        {
            await WriteAsync(open[random.Next(open.Length)]);
        }
    }

    private async Task WriteAsync(LedgerWrite write)
    {
        var call = CallContext.Local with { IdempotencyKey = write.IdempotencyKey };
        var options = new KvPutOptions { Metadata = write.Metadata };
        using var stop = new CancellationTokenSource();
        try
        {
            if (random.Next(20) == 0)
            {
                _ = StopSoonAsync(stop);
            }

            var result = await database.KvService.BatchAsync(call, Workspace, write.Namespace, write.Operations, atomic: false, options, stop.Token);
            refusalsInARow = 0;
            trace.Add($"{write} acknowledged {string.Join(' ', result.Results.Select(static part => part.Receipt.Root))}");
            if (write.Namespace != Buffered)
            {
                ledger.Acknowledge(write, result.Results);
            }
        }
        catch (OperationCanceledException)
        {
            trace.Add($"{write} given up");
        }
        catch (TemporalException failure)
        {
            trace.Add($"{write} failed: {failure.Code}");
            Judge(write, failure);
        }
    }

    private void Judge(LedgerWrite write, TemporalException failure)
    {
        switch (failure.Kind)
        {
            case ErrorKind.PreconditionFailed or ErrorKind.NotFound:
                // A repeat of what was applied is recognised before its conditions are looked at. A write of several
                // parts may have been applied in part, and an earlier try may have been applied without anybody knowing.
                ViolationException.ThrowUnless(write.Status != WriteStatus.Acknowledged, $"{write} was acknowledged and is refused now: {failure.Message}");
                RefuseWhenKnown(write);
                break;
            case ErrorKind.Invalid when failure.Code == ErrorCodes.KeysSpanPartitions:
                RefuseWhenKnown(write);
                break;
            case ErrorKind.Unavailable or ErrorKind.Throttled:
                refusalsInARow++;
                if (!failure.OutcomeUnknown)
                {
                    RefuseWhenKnown(write);
                }

                break;
            default:
                throw new ViolationException($"{write} failed in a way that no fault of a disk explains", failure);
        }
    }

    // Sent once and in one piece, so this answer is the whole truth about it.
    private static void RefuseWhenKnown(LedgerWrite write)
    {
        if (write.Namespace == Whole && write.IdempotencyKey is null)
        {
            write.Status = WriteStatus.Refused;
        }
    }

    private async Task StopSoonAsync(CancellationTokenSource stop)
    {
        await pause();
        try
        {
            stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            trace.Add("too late to stop");
        }
    }
}
