using OrleansTemporal.Causality;
using OrleansTemporal.Series;

namespace OrleansTemporal.Agents.Tests.Series;

/// <summary>What a stream has, as a list of everything that was ever written and deleted.</summary>
internal sealed class SeriesOracle
{
    private readonly List<SeriesVersion> versions = [];
    private readonly List<(SeriesMatch Match, SeriesSelector Selector, HybridTimestamp SystemTime)> deletions = [];

    /// <summary>System times of all writes and deletions.</summary>
    public List<(HybridTimestamp SystemTime, long Sequence)> Moments { get; } = [];

    public long VersionCount => versions.Count;

    public void Write(IEnumerable<(string Series, long Time, double Value)> points, Receipt receipt)
    {
        versions.AddRange(points.Select(point => new SeriesVersion(point.Series, point.Time, point.Value, receipt.SystemTime)));
        Moments.Add((receipt.SystemTime, receipt.Sequence));
    }

    public void Delete(SeriesSelector selector, Receipt receipt)
    {
        deletions.Add((new SeriesMatch(selector), selector, receipt.SystemTime));
        Moments.Add((receipt.SystemTime, receipt.Sequence));
    }

    /// <summary>The points that are seen as of a time, in order.</summary>
    public SeriesVersion[] Points(SeriesSelector selector, HybridTimestamp time)
    {
        var match = new SeriesMatch(selector);
        return [.. versions
            .Where(version => version.SystemTime <= time && version.Time >= selector.From && (selector.To == long.MaxValue || version.Time < selector.To))
            .Where(version => match.Includes(SeriesKey.Parse(version.Series)))
            .GroupBy(version => (version.Time, version.Series))
            .Select(same => same.Last())
            .Where(version => !deletions.Any(deletion => deletion.SystemTime <= time && deletion.SystemTime > version.SystemTime && Hides(deletion, version)))
            .OrderBy(version => version.Time).ThenBy(version => version.Series, StringComparer.Ordinal)];
    }

    private static bool Hides((SeriesMatch Match, SeriesSelector Selector, HybridTimestamp SystemTime) deletion, SeriesVersion version) =>
        version.Time >= deletion.Selector.From && version.Time < deletion.Selector.To && deletion.Match.Includes(SeriesKey.Parse(version.Series));
}
