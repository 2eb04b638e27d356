namespace OrleansTemporal.Series;

/// <summary>One window over everything, from the first point to behind the last; who asks for less knows from when to when.</summary>
internal sealed class WholeFold(SeriesNeeds needs) : WindowFold
{
    private readonly SeriesAggregate points = new(needs);

    /// <inheritdoc/>
    public override bool NeedsOrder => false;

    /// <inheritdoc/>
    public override void Add(ReadOnlySpan<long> times, ReadOnlySpan<double> values, int rank) => points.Add(times, values, rank);

    /// <inheritdoc/>
    public override bool TryAdd(in ChunkSummary chunk, int rank)
    {
        if (needs.HasFlag(SeriesNeeds.Quantiles))
        {
            return false;
        }

        points.Add(chunk, rank);
        return true;
    }

    /// <inheritdoc/>
    public override IEnumerable<(long Start, long End, SeriesAggregate Points)> Finish() =>
        points.Count == 0 ? [] : [(points.FirstTime, points.LastTime == long.MaxValue ? long.MaxValue : points.LastTime + 1, points)];
}
