using System.Globalization;
using System.Text;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Agents.Tests.Views;

/// <summary>Everything that was ever written to a stream and deleted from it, as lists.</summary>
internal sealed class PointHistory
{
    private readonly List<(string Host, string Field, long Time, double Value, HybridTimestamp At)> points = [];
    private readonly List<(string? Host, string? Field, long From, long To, int Partition, HybridTimestamp At)> deletions = [];

    public required Func<string, int> PartitionOf { get; init; }

    public void Write(string host, string field, long time, double value, HybridTimestamp at) => points.Add((host, field, time, value, at));

    public void Delete(string? host, string? field, long from, long to, int partition, HybridTimestamp at) => deletions.Add((host, field, from, to, partition, at));

    /// <summary>The points of a moment as documents, by key.</summary>
    public SortedDictionary<string, byte[]> Documents(HybridTimestamp moment)
    {
        var documents = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var point in points.Where(point => point.At <= moment).GroupBy(static point => (point.Host, point.Field, point.Time)).Select(static same => same.Last()))
        {
            if (!deletions.Any(deletion => deletion.At <= moment && deletion.At > point.At && deletion.Partition == PartitionOf(point.Host)
                && (deletion.Host ?? point.Host) == point.Host && (deletion.Field ?? point.Field) == point.Field && point.Time >= deletion.From && point.Time < deletion.To))
            {
                var time = TextOf(point.Time);
                documents[$"{time} host={point.Host} {point.Field}"] = CanonicalJson.Canonicalize(Encoding.UTF8.GetBytes(string.Create(
                    CultureInfo.InvariantCulture, $$$"""{"value":{{{point.Value}}},"time":"{{{time}}}","tags":{"host":"{{{point.Host}}}"},"field":"{{{point.Field}}}"}""")));
            }
        }

        return documents;
    }

    private static string TextOf(long time) =>
        string.Create(CultureInfo.InvariantCulture, $"{DateTime.UnixEpoch.AddTicks(time / 100):yyyy-MM-dd'T'HH:mm:ss.fffffff}{time % 100:D2}Z");
}
