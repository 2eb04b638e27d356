namespace OrleansTemporal.Series;

/// <summary>Where to look for the series that a selector means. Immutable; read outside of the gate.</summary>
/// <param name="All">All series, by ordinal.</param>
/// <param name="Count">How many of them there were.</param>
/// <param name="Lists">Lists that have all that are meant, and others; null for none.</param>
/// <param name="Values">Where no list was short: the values of a tag …</param>
/// <param name="Pattern">… and the pattern that they are to match.</param>
internal sealed record SeriesCandidates(
    SeriesMemory[] All, int Count, IReadOnlyList<SeriesPostings>? Lists, ReadOnlyMemory<KeyValuePair<string, SeriesPostings>> Values, string? Pattern)
{
    /// <summary>The series that are meant, in no order. Costs a comparison for each that has to be looked at.</summary>
    public List<SeriesMemory> Find(SeriesMatch match)
    {
        var found = new List<SeriesMemory>();
        if (Lists is not null)
        {
            foreach (var list in Lists)
            {
                Add(list, match, found);
            }
        }
        else if (Pattern is not null)
        {
            var pattern = SeriesMatch.PatternOf(Pattern);

            // The others have the empty value.
            if (pattern.IsMatch(""))
            {
                AddAll(match, found);
                return found;
            }

            foreach (var (value, list) in Values.Span)
            {
                if (pattern.IsMatch(value))
                {
                    Add(list, match, found);
                }
            }
        }
        else
        {
            AddAll(match, found);
        }

        return found;
    }

    private void AddAll(SeriesMatch match, List<SeriesMemory> found)
    {
        foreach (var one in All.AsSpan(0, Count))
        {
            if (match.Includes(one.Key))
            {
                found.Add(one);
            }
        }
    }

    private void Add(SeriesPostings list, SeriesMatch match, List<SeriesMemory> found)
    {
        foreach (var ordinal in list.Ordinals)
        {
            if (ordinal < Count && match.Includes(All[ordinal].Key))
            {
                found.Add(All[ordinal]);
            }
        }
    }
}
