using System.Collections.Immutable;
using OrleansTemporal.Errors;
using OrleansTemporal.Kv;
using OrleansTemporal.Targets;

namespace OrleansTemporal.Import;

/// <summary>Writes rows in batches, several at a time; memory holds no more than those.</summary>
internal sealed class Importer(ITarget target, string ns, ImportKeys keys, ImportReport report)
{
    private const int BatchCountMax = 1_000;
    private const int BatchBytesMax = 4 << 20;
    private const int InFlightMax = 4;

    private readonly List<(long Line, KvOperation Operation)> batch = new(BatchCountMax);
    private readonly HashSet<Task> inFlight = [];
    private long batchBytes;

    /// <summary>Runs to the end of the rows. What a broken file held before the break is written nevertheless.</summary>
    public async Task RunAsync(IAsyncEnumerable<ImportRow> rows, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            try
            {
                await foreach (var row in rows.WithCancellation(stop.Token))
                    await TakeAsync(row, stop.Token);
            }
            finally
            {
                if (!stop.IsCancellationRequested)
                    await FlushAsync(0, stop.Token);
            }
        }
        catch
        {
            await stop.CancelAsync();
            await Task.WhenAll(inFlight).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            throw;
        }
    }

    private async ValueTask TakeAsync(ImportRow row, CancellationToken cancellationToken)
    {
        var (operation, refusal) = keys.Take(row);
        if (operation is null)
        {
            report.Refuse(row.Line, refusal!);
            return;
        }

        batch.Add((row.Line, operation));
        batchBytes += operation.Value.Length + operation.Key.Length;
        if (batch.Count == BatchCountMax || batchBytes >= BatchBytesMax)
            await FlushAsync(InFlightMax - 1, cancellationToken);
    }

    private async ValueTask FlushAsync(int remainMax, CancellationToken cancellationToken)
    {
        if (batch.Count > 0)
            inFlight.Add(WriteAsync([.. batch], cancellationToken));
        batch.Clear();
        batchBytes = 0;
        while (inFlight.Count > remainMax)
        {
            var done = await Task.WhenAny(inFlight);
            inFlight.Remove(done);
            await done;
        }
    }

    // A batch that is refused for one of its rows is halved until that row stands alone.
    private async Task WriteAsync(ImmutableArray<(long Line, KvOperation Operation)> rows, CancellationToken cancellationToken)
    {
        try
        {
            await target.BatchAsync(ns, [.. rows.Select(row => row.Operation)], cancellationToken);
            report.Written(rows.Length);
        }
        catch (TemporalException error) when (BlamesRow(error) && rows.Length == 1)
        {
            report.Refuse(rows[0].Line, $"{error.Code}: {error.Message}");
        }
        catch (TemporalException error) when (BlamesRow(error))
        {
            await WriteAsync(rows[..(rows.Length / 2)], cancellationToken);
            await WriteAsync(rows[(rows.Length / 2)..], cancellationToken);
        }
    }

    private static bool BlamesRow(TemporalException error) =>
        error.Code is ErrorCodes.MalformedJson or ErrorCodes.InvalidKey or ErrorCodes.ValueTooLarge or ErrorCodes.BodyTooLarge or ErrorCodes.InvalidField;
}
