using OrleansTemporal.Causality;

namespace OrleansTemporal.Channels;

/// <summary>Deltas of one agent that follow each other.</summary>
/// <param name="Agent">Whose deltas.</param>
/// <param name="First">Sequence of the first.</param>
/// <param name="Last">Sequence of the last.</param>
/// <param name="IsRouted">True when the channel carries only those of them that a route leads there.</param>
public readonly record struct DeltaRange(AgentId Agent, long First, long Last, bool IsRouted = false)
{
    /// <summary>How many.</summary>
    public long Count => Last - First + 1;
}
