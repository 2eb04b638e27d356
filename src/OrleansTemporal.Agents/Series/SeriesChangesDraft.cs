using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Series;

/// <summary>A page of changes as it grows. Not thread-safe.</summary>
internal sealed class SeriesChangesDraft
{
    private readonly Dictionary<string, int> places = new(StringComparer.Ordinal);
    private readonly ImmutableArray<string>.Builder series = ImmutableArray.CreateBuilder<string>();
    private readonly ImmutableArray<int>.Builder rows = ImmutableArray.CreateBuilder<int>();
    private readonly ImmutableArray<long>.Builder times = ImmutableArray.CreateBuilder<long>();
    private readonly ImmutableArray<double>.Builder values = ImmutableArray.CreateBuilder<double>();
    private readonly ImmutableArray<ulong>.Builder systemTimes = ImmutableArray.CreateBuilder<ulong>();

    /// <summary>Points so far.</summary>
    public int Count => rows.Count;

    /// <summary>System time of the newest delta that was added.</summary>
    public HybridTimestamp Last { get; set; }

    /// <summary>Whether a delta did not say what it changed.</summary>
    public bool HasGaps { get; set; }

    /// <summary>Adds the points of a delta.</summary>
    public void Add(string[] names, in SeriesPayloadRows points, HybridTimestamp systemTime)
    {
        var own = new int[names.Length];
        for (var i = 0; i < names.Length; i++)
        {
            if (!places.TryGetValue(names[i], out own[i]))
            {
                places.Add(names[i], own[i] = series.Count);
                series.Add(names[i]);
            }
        }

        foreach (var row in points.Rows)
        {
            rows.Add(own[row]);
            systemTimes.Add(systemTime.Value);
        }

        times.AddRange(points.Times);
        values.AddRange(points.Values);
    }

    /// <summary>The page.</summary>
    public SeriesChangesPage ToPage(long sequence, HybridTimestamp through) => new()
    {
        Series = series.DrainToImmutable(),
        Rows = rows.DrainToImmutable(),
        Times = times.DrainToImmutable(),
        Values = values.DrainToImmutable(),
        SystemTimes = systemTimes.DrainToImmutable(),
        Sequence = sequence,
        Through = through,
        HasGaps = HasGaps,
    };
}
