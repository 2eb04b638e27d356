using OrleansTemporal.Causality;

namespace OrleansTemporal.Agents.Tests.Lifecycle;

/// <summary>What was written, all of it: versions of each key in order, a null value for a deletion.</summary>
internal sealed class RetentionModel
{
    private readonly Dictionary<string, List<Version>> keys = new(StringComparer.Ordinal);

    public IEnumerable<string> Keys => keys.Keys;

    public IEnumerable<HybridTimestamp> Times => keys.Values.SelectMany(static versions => versions).Select(static version => version.Time);

    public void Add(string key, string? value, HybridTimestamp time, HybridTimestamp? end = null)
    {
        if (!keys.TryGetValue(key, out var versions))
        {
            keys[key] = versions = [];
        }

        versions.Add(new Version(value, time, end));
    }

    /// <summary>The value at a moment; null when there is none.</summary>
    public string? At(string key, HybridTimestamp time) =>
        keys[key].LastOrDefault(version => version.Time <= time) is { } found && !(found.End <= time) ? found.Value : null;

    /// <summary>
    /// The history that is kept, oldest first, as value or <c>-</c> for a tombstone: from the version that was valid at the
    /// moment from which all is kept, or from its end.
    /// </summary>
    public List<string> History(string key, HybridTimestamp keptFrom, HybridTimestamp now)
    {
        var versions = keys[key];
        var rows = new List<(HybridTimestamp Time, string Text)>();
        for (var i = 0; i < versions.Count; i++)
        {
            var next = i + 1 < versions.Count ? versions[i + 1].Time : HybridTimestamp.MaxValue;
            rows.Add((versions[i].Time, versions[i].Value ?? "-"));
            if (versions[i].End is { } end && end <= next && end <= now)
            {
                rows.Add((end, "-"));
            }
        }

        var first = Math.Max(0, rows.FindLastIndex(row => row.Time <= keptFrom));
        return [.. rows.Skip(first).Select(static row => row.Text)];
    }

    private sealed record Version(string? Value, HybridTimestamp Time, HybridTimestamp? End);
}
