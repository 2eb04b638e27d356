using System.Buffers;

namespace OrleansTemporal.Series;

/// <summary>Windows that are made of points, or of windows that are finer, for one delta. Not thread-safe.</summary>
/// <param name="target">What is to be kept.</param>
/// <param name="countMax">How many windows are enough.</param>
/// <param name="pointsMax">How many points to make them of are enough.</param>
internal sealed class SeriesWindowDraft(SeriesKept target, int countMax, long pointsMax)
{
    private readonly List<(int Ordinal, long Step, byte[] Chunk)> parts = [];
    private readonly List<SeriesWindowRow> rows = [];
    private int count;
    private long points;
    private long rowsStep;
    private (long Step, long Start, ChunkSummary Summary)? open;

    /// <summary>True when there is no window.</summary>
    public bool IsEmpty => parts.Count == 0;

    /// <summary>Writes the payload.</summary>
    public void Write(IBufferWriter<byte> writer) => SeriesThinPayload.Write(writer, parts);

    /// <summary>Adds the windows of a series.</summary>
    /// <param name="reader">Its points and windows of the span that is to be in windows.</param>
    /// <param name="ordinal">Which series.</param>
    /// <param name="kept">What is kept now.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>Where the next window begins when there are enough; null at the end of the series.</returns>
    public async ValueTask<long?> AddAsync(SeriesReader reader, int ordinal, SeriesKept kept, CancellationToken cancellationToken)
    {
        while (reader.MoveNext())
        {
            await reader.LoadAsync(cancellationToken).ConfigureAwait(false);
            if ((reader.HasWindows ? AddWindows(reader, ordinal, kept) : AddPoints(reader, ordinal)) is { } stopped)
            {
                return stopped;
            }
        }

        CloseWindow(ordinal);
        CloseChunk(ordinal);
        return null;
    }

    private long? AddWindows(SeriesReader reader, int ordinal, SeriesKept kept)
    {
        foreach (var window in reader.ReadWindows())
        {
            var step = target.StepAt(window.FirstTime);
            if (step > 0 && step != kept.StepAt(window.FirstTime) && Add(window, step, ordinal) is { } stopped)
            {
                return stopped;
            }
        }

        return null;
    }

    private long? AddPoints(SeriesReader reader, int ordinal)
    {
        reader.Read(out var times, out var values);
        while (!times.IsEmpty)
        {
            var step = target.StepAt(times[0]);
            var end = SeriesKeeping.FloorOf(times[0], step) + step;
            var taken = 1;
            while (taken < times.Length && times[taken] < end)
            {
                taken++;
            }

            if (Add(ChunkSummary.Of(times[..taken], values[..taken]), step, ordinal) is { } stopped)
            {
                return stopped;
            }

            times = times[taken..];
            values = values[taken..];
        }

        return null;
    }

    private long? Add(in ChunkSummary summary, long step, int ordinal)
    {
        points += summary.Count;
        var start = SeriesKeeping.FloorOf(summary.FirstTime, step);
        if (open is { } window && window.Step == step && window.Start == start && (long)window.Summary.Count + summary.Count <= int.MaxValue)
        {
            open = window with { Summary = window.Summary.With(summary) };
            return null;
        }

        CloseWindow(ordinal);
        if (count >= countMax || points >= pointsMax)
        {
            CloseChunk(ordinal);
            return start;
        }

        open = (step, start, summary);
        return null;
    }

    private void CloseWindow(int ordinal)
    {
        if (open is not { } window)
        {
            return;
        }

        open = null;
        if (rows.Count == SeriesRowChunk.CountMax || (rows.Count > 0 && rowsStep != window.Step))
        {
            CloseChunk(ordinal);
        }

        rowsStep = window.Step;
        rows.Add(new SeriesWindowRow(0, window.Summary));
        count++;
    }

    private void CloseChunk(int ordinal)
    {
        if (rows.Count > 0)
        {
            parts.Add((ordinal, rowsStep, SeriesRowChunk.Encode(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(rows), 0)));
            rows.Clear();
        }
    }
}
