namespace OrleansTemporal.Grains.Tests.Channels;

/// <summary>What the example makes of the deltas of a channel.</summary>
public sealed class RunningTotal
{
    /// <summary>Sum of the field <c>amount</c> of every document that was ever put.</summary>
    public decimal Sum { get; set; }

    /// <summary>Deltas that have counted, by agent: the newest sequence.</summary>
    public SortedDictionary<string, long> Through { get; set; } = [];

    /// <summary>Deltas that came twice or out of order; none, if the base class keeps its promise.</summary>
    public int Disorder { get; set; }
}
