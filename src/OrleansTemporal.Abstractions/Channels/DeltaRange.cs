using OrleansTemporal.Causality;

namespace OrleansTemporal.Channels;

/// <summary>Deltas of one agent that follow each other.</summary>
/// <param name="Agent">Whose deltas.</param>
/// <param name="First">Sequence of the first.</param>
/// <param name="Last">Sequence of the last.</param>
public readonly record struct DeltaRange(AgentId Agent, long First, long Last)
{
    /// <summary>How many.</summary>
    public long Count => Last - First + 1;
}
