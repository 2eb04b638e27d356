namespace OrleansTemporal.Series;

/// <summary>
/// Which series have a field and which a value of a tag: for each of them the ordinals, ascending. Written under the gate of
/// the agent; what <see cref="Plan"/> gives is read without it, since lists only grow.
/// </summary>
internal sealed class SeriesIndex
{
    private readonly Dictionary<string, SeriesPostings> fields = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SeriesTagIndex> tags = new(StringComparer.Ordinal);
    private SeriesMemory[] all = new SeriesMemory[16];

    /// <summary>How many series there are.</summary>
    public int Count { get; private set; }

    /// <summary>The series with an ordinal.</summary>
    public SeriesMemory this[int ordinal] => all[ordinal];

    /// <summary>How many names of tags there are, and would be with those of some more series.</summary>
    public int CountTagNames(IEnumerable<SeriesKey> more)
    {
        var added = new HashSet<string>(StringComparer.Ordinal);
        foreach (var key in more)
        {
            foreach (var (name, _) in key.Tags.Pairs)
            {
                if (!tags.ContainsKey(name))
                {
                    added.Add(name);
                }
            }
        }

        return tags.Count + added.Count;
    }

    /// <summary>Adds the next series.</summary>
    public void Add(SeriesMemory series)
    {
        if (Count == all.Length)
        {
            Array.Resize(ref all, 2 * Count);
        }

        all[Count++] = series;
        Get(fields, series.Key.Field).Add(series.Ordinal);
        foreach (var (name, value) in series.Key.Tags.Pairs)
        {
            Get(tags, name).Add(value, series.Ordinal);
        }
    }

    /// <summary>How the series that a selector means are found soonest. Under the gate; costs a look-up for each condition.</summary>
    public SeriesCandidates Plan(SeriesSelector selector)
    {
        var (best, count) = (default(IReadOnlyList<SeriesPostings>), (long)Count);
        SeriesTagIndex? values = null;
        string? pattern = null;
        if (selector.Field is { } field)
        {
            Consider([fields.GetValueOrDefault(field, SeriesPostings.None)]);
        }

        foreach (var tag in selector.Tags)
        {
            // A series without the tag has the empty value, and no list says which those are.
            if (tag.Kind == TagMatcherKind.Equal && tag.Value.Length > 0)
            {
                Consider([Find(tag.Name, tag.Value)]);
            }
            else if (tag.Kind == TagMatcherKind.Matches && TagLiterals.Find(tag.Value) is { } literals)
            {
                if (!literals.Contains(""))
                {
                    Consider([.. literals.Select(literal => Find(tag.Name, literal))]);
                }
            }
            else if (tag.Kind == TagMatcherKind.Matches && tags.TryGetValue(tag.Name, out var index) && index.Count < count)
            {
                (values, pattern) = (index, tag.Value);
            }
        }

        // Values are tried only where no list is short.
        return best is null && values is not null
            ? new SeriesCandidates(all, Count, null, values.Snapshot(), pattern)
            : new SeriesCandidates(all, Count, best, default, null);

        void Consider(IReadOnlyList<SeriesPostings> lists)
        {
            var sum = lists.Sum(static list => (long)list.Count);
            if (sum < count || best is null)
            {
                (best, count) = (lists, sum);
            }
        }
    }

    private SeriesPostings Find(string name, string value) => tags.TryGetValue(name, out var index) ? index.Find(value) : SeriesPostings.None;

    private static T Get<T>(Dictionary<string, T> all, string name)
        where T : new() =>
        all.TryGetValue(name, out var known) ? known : all[name] = new T();
}
