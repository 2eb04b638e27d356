using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace OrleansTemporal.Series;

/// <summary>Places of series in the order in which an agent came to know them. Written under its gate, read without.</summary>
internal sealed class SeriesOrdinals
{
    private readonly ConcurrentDictionary<string, int> ordinals = new(StringComparer.Ordinal);

    // Who writes to the same series again and again comes with the same array.
    private readonly ConditionalWeakTable<string[], int[]> tables = [];

    /// <summary>The place of each series; −1 where it is not known.</summary>
    /// <param name="series">Canonical texts. The array is not written to again.</param>
    public int[] Find(string[] series)
    {
        if (tables.TryGetValue(series, out var known))
        {
            return known;
        }

        var found = new int[series.Length];
        var isWhole = true;
        for (var i = 0; i < series.Length; i++)
        {
            if (!ordinals.TryGetValue(series[i], out found[i]))
            {
                (found[i], isWhole) = (-1, false);
            }
        }

        if (isWhole && series.Length > 1)
        {
            tables.AddOrUpdate(series, found);
        }

        return found;
    }

    /// <summary>The place of one.</summary>
    public bool TryFind(string series, out int ordinal) => ordinals.TryGetValue(series, out ordinal);

    /// <summary>Takes note of a new one.</summary>
    public void Add(string series, int ordinal) => ordinals[series] = ordinal;
}
