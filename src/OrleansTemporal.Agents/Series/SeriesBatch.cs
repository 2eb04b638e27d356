using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Series;

/// <summary>
/// Points for one stream, gathered before they are written at once. Who writes to the same series again and again keeps the
/// numbers that <see cref="SeriesOf(SeriesTags, string)"/> gives and calls <see cref="Clear"/> between writes. Not thread-safe.
/// </summary>
public sealed class SeriesBatch
{
    private readonly Dictionary<string, int> indexes = new(StringComparer.Ordinal);
    private readonly List<string> series = [];
    private readonly List<int> rows = [];
    private readonly List<long> times = [];
    private readonly List<double> values = [];
    private ImmutableArray<string> table = [];

    /// <summary>Values in it.</summary>
    public int Count => rows.Count;

    /// <summary>The number of a series within this batch.</summary>
    /// <exception cref="TemporalException">Invalid, <c>invalid_field</c>.</exception>
    public int SeriesOf(SeriesTags tags, string field) => SeriesOf(SeriesKey.Of(tags, field).Text);

    /// <inheritdoc cref="SeriesOf(SeriesTags, string)"/>
    /// <param name="text">Canonical text of the series (<see cref="SeriesKey"/>); checked when it is written.</param>
    public int SeriesOf(string text)
    {
        ref var index = ref CollectionsMarshal.GetValueRefOrAddDefault(indexes, text, out var known);
        if (!known)
        {
            index = series.Count;
            series.Add(text);
        }

        return index;
    }

    /// <summary>Adds a value.</summary>
    /// <param name="number">What <see cref="SeriesOf(SeriesTags, string)"/> gave.</param>
    /// <param name="time">Event time.</param>
    /// <param name="value">Finite.</param>
    /// <exception cref="TemporalException">Invalid, <c>invalid_field</c>: the value is not finite; TooLarge, <c>batch_too_large</c>.</exception>
    public void Add(int number, EventTime time, double value)
    {
        if (!double.IsFinite(value))
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, "A value is a finite number.") { Field = "fields" };
        }

        if (rows.Count == Limits.SeriesRowsMax)
        {
            throw new TemporalException(ErrorKind.TooLarge, ErrorCodes.BatchTooLarge, $"A write has at most {Limits.SeriesRowsMax} values.")
            {
                Field = "points",
                Limit = Limits.SeriesRowsMax,
            };
        }

        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)number, (uint)series.Count, nameof(number));
        rows.Add(number);
        times.Add(time.Nanoseconds);
        values.Add(value);
    }

    /// <summary>Adds a value of a series.</summary>
    public void Add(SeriesTags tags, string field, EventTime time, double value) => Add(SeriesOf(tags, field), time, value);

    /// <summary>Takes the values out; the numbers of series stay.</summary>
    public void Clear()
    {
        rows.Clear();
        times.Clear();
        values.Clear();
    }

    /// <summary>The part of each partition that has one.</summary>
    internal IEnumerable<(int Partition, SeriesWrite Write)> Split(Func<string, int> partitionOf)
    {
        var owners = series.Select(partitionOf).ToArray();
        foreach (var partition in rows.Select(row => owners[row]).Distinct().Order().ToArray())
        {
            yield return (partition, ToWrite(row => owners[row] == partition));
        }
    }

    /// <summary>All of it as a write to one partition, without series that have no values this time.</summary>
    internal SeriesWrite ToWrite() => UsesAll()
        ? new SeriesWrite { Series = Table(), Rows = [.. rows], Times = [.. times], Values = [.. values] }
        : ToWrite(static _ => true);

    /// <summary>What makes two batches differ.</summary>
    internal Distinction Digest()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(string.Join('\n', series)));
        hash.AppendData(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(rows)));
        hash.AppendData(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(times)));
        hash.AppendData(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(values)));
        return Distinction.FromBytes(hash.GetHashAndReset());
    }

    // The same array as long as no series comes to it: who has seen it before knows all of its series.
    private ImmutableArray<string> Table() => table.Length == series.Count ? table : table = [.. series];

    private SeriesWrite ToWrite(Func<int, bool> isWanted)
    {
        var places = new int[series.Count];
        Array.Fill(places, -1);
        var used = ImmutableArray.CreateBuilder<string>();
        var (partRows, partTimes, partValues) = (ImmutableArray.CreateBuilder<int>(), ImmutableArray.CreateBuilder<long>(), ImmutableArray.CreateBuilder<double>());
        for (var i = 0; i < rows.Count; i++)
        {
            if (!isWanted(rows[i]))
            {
                continue;
            }

            ref var place = ref places[rows[i]];
            if (place < 0)
            {
                place = used.Count;
                used.Add(series[rows[i]]);
            }

            partRows.Add(place);
            partTimes.Add(times[i]);
            partValues.Add(values[i]);
        }

        return new SeriesWrite
        {
            Series = used.DrainToImmutable(),
            Rows = partRows.DrainToImmutable(),
            Times = partTimes.DrainToImmutable(),
            Values = partValues.DrainToImmutable(),
        };
    }

    // Nearly always: then nothing has to be numbered anew.
    private bool UsesAll()
    {
        if (series.Count > rows.Count)
        {
            return false;
        }

        var seen = new bool[series.Count];
        var count = 0;
        foreach (var row in rows)
        {
            count += seen[row] ? 0 : 1;
            seen[row] = true;
        }

        return count == seen.Length;
    }
}
