using OrleansTemporal.Causality;
using OrleansTemporal.Series;

namespace OrleansTemporal.LineProtocol;

/// <summary>Stream and tags of lines that begin alike, and the numbers of their fields.</summary>
internal sealed class LineSeries(byte[] head, SeriesBatch batch, SeriesTags tags)
{
    private readonly List<(byte[] Name, int Number)> fields = [];

    /// <summary>The beginning that the lines have.</summary>
    public ReadOnlySpan<byte> Head => head;

    /// <summary>Which came behind it the last time.</summary>
    public LineSeries? Next { get; set; }

    /// <summary>Adds the value of a field.</summary>
    public void Add(ReadOnlySpan<byte> name, EventTime time, double value)
    {
        foreach (var field in fields)
        {
            if (name.SequenceEqual(field.Name))
            {
                batch.Add(field.Number, time, value);
                return;
            }
        }

        var number = batch.SeriesOf(tags, LineProtocolReader.Unescape(name, "a field"));
        fields.Add((name.ToArray(), number));
        batch.Add(number, time, value);
    }
}
