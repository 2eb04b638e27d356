using OrleansTemporal.Errors;
using OrleansTemporal.Targets;

namespace OrleansTemporal.Import;

/// <summary>Writes rows as points of a stream, in batches, one after the other, so that a later row at the same time is the newer one.</summary>
internal sealed class SeriesImporter(ITarget target, string stream, SeriesColumns columns, ImportReport report)
{
    private const int BatchCountMax = 5_000;

    private readonly List<SeriesRow> batch = new(BatchCountMax);

    /// <summary>Runs to the end of the rows. What a broken file held before the break is written nevertheless.</summary>
    public async Task RunAsync(IAsyncEnumerable<ImportRow> rows, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var row in rows.WithCancellation(cancellationToken))
            {
                var (point, refusal) = columns.Take(row);
                if (point is null)
                {
                    report.Refuse(row.Line, refusal!);
                    continue;
                }

                batch.Add(point);
                if (batch.Count == BatchCountMax)
                    await FlushAsync(cancellationToken);
            }
        }
        finally
        {
            if (!cancellationToken.IsCancellationRequested)
                await FlushAsync(cancellationToken);
        }
    }

    private async Task FlushAsync(CancellationToken cancellationToken)
    {
        if (batch.Count == 0)
            return;
        await WriteAsync([.. batch], cancellationToken);
        batch.Clear();
    }

    // A batch that is refused for one of its rows is halved until that row stands alone.
    private async Task WriteAsync(SeriesRow[] rows, CancellationToken cancellationToken)
    {
        try
        {
            await target.WritePointsAsync(stream, rows, cancellationToken);
            report.Written(rows.Length);
        }
        catch (TemporalException error) when (error.Code is ErrorCodes.InvalidField or ErrorCodes.BodyTooLarge)
        {
            if (rows.Length == 1)
            {
                report.Refuse(rows[0].Line, $"{error.Code}: {error.Message}");
                return;
            }

            await WriteAsync(rows[..(rows.Length / 2)], cancellationToken);
            await WriteAsync(rows[(rows.Length / 2)..], cancellationToken);
        }
    }
}
