namespace OrleansTemporal.Series;

/// <summary>The values of one tag, with the series that have each.</summary>
internal sealed class SeriesTagIndex
{
    private readonly Dictionary<string, SeriesPostings> postings = new(StringComparer.Ordinal);
    private KeyValuePair<string, SeriesPostings>[] values = new KeyValuePair<string, SeriesPostings>[2];

    /// <summary>How many values there are.</summary>
    public int Count => postings.Count;

    /// <summary>The series with a value.</summary>
    public SeriesPostings Find(string value) => postings.GetValueOrDefault(value, SeriesPostings.None);

    /// <summary>Adds a series.</summary>
    public void Add(string value, int ordinal)
    {
        if (!postings.TryGetValue(value, out var list))
        {
            list = new SeriesPostings();
            if (postings.Count == values.Length)
            {
                Array.Resize(ref values, 2 * values.Length);
            }

            values[postings.Count] = new(value, list);
            postings[value] = list;
        }

        list.Add(ordinal);
    }

    /// <summary>All values, to be read outside of the gate.</summary>
    public ReadOnlyMemory<KeyValuePair<string, SeriesPostings>> Snapshot() => values.AsMemory(0, Count);
}
