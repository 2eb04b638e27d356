namespace OrleansTemporal.Series;

/// <summary>What was kept of a stream, from which delta on. Guarded by the gate of the agent.</summary>
internal sealed class SeriesKeeps
{
    private readonly List<(long Sequence, SeriesKept Kept)> entries = [];

    /// <summary>What is kept as of the newest delta.</summary>
    public SeriesKept Newest => entries.Count == 0 ? SeriesKept.Everything : entries[^1].Kept;

    /// <summary>What will be kept once points have become windows; as <see cref="Newest"/> where nothing is planned.</summary>
    public SeriesKept Planned { get; private set; } = SeriesKept.Everything;

    /// <summary>Takes note of a delta, in the order of sequences.</summary>
    public void Add(long sequence, SeriesKeepPayload payload)
    {
        Planned = payload.Kept;
        if (!payload.IsPlanned && payload.Kept != Newest)
        {
            entries.Add((sequence, payload.Kept));
        }
    }

    /// <summary>What was kept as of a delta.</summary>
    public SeriesKept At(long sequence)
    {
        for (var i = entries.Count - 1; i >= 0; i--)
        {
            if (entries[i].Sequence <= sequence)
            {
                return entries[i].Kept;
            }
        }

        return SeriesKept.Everything;
    }
}
