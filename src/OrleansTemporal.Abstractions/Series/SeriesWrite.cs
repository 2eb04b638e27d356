using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Series;

/// <summary>Points for one partition of a stream, by columns: row <c>i</c> is the value of series <c>Rows[i]</c> at <c>Times[i]</c>.</summary>
public sealed record SeriesWrite
{
    /// <summary>Canonical texts of the series that are written to (<see cref="SeriesKey"/>), each once.</summary>
    public required ImmutableArray<string> Series { get; init; }

    /// <summary>For each row, an index into <see cref="Series"/>.</summary>
    public required ImmutableArray<int> Rows { get; init; }

    /// <summary>For each row, the event time in nanoseconds since the Unix epoch.</summary>
    public required ImmutableArray<long> Times { get; init; }

    /// <summary>For each row, a finite value.</summary>
    public required ImmutableArray<double> Values { get; init; }

    /// <summary>How the write is recognised when it comes again, or null.</summary>
    public OperationStamp? Operation { get; init; }

    /// <summary>Its place in a write over several agents, or null.</summary>
    public WriteGroup? Group { get; init; }

    /// <summary>Who writes.</summary>
    public string Actor { get; init; } = "";

    /// <summary>Whether to answer when durable or when staged.</summary>
    public Durability Durability { get; init; } = Durability.Durable;

    /// <summary>A system time that the caller has seen; the write is ordered after it.</summary>
    public HybridTimestamp Observed { get; init; }
}
