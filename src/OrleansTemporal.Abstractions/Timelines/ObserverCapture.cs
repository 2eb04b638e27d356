using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Timelines;

/// <summary>A state that is shown to an observer.</summary>
public sealed record ObserverCapture
{
    /// <summary>The observer.</summary>
    public required string Name { get; init; }

    /// <summary>All components.</summary>
    public ReadOnlyMemory<float> State { get; init; }

    /// <summary>Pairs that travel with the step, should there be one.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Metadata { get; init; } = [];

    /// <summary>Set to make the request recognisable when it is sent again; only a state that became a step is.</summary>
    public OperationStamp? Operation { get; init; }

    /// <summary>Who shows it.</summary>
    public string Actor { get; init; } = "";

    /// <summary>Whether the answer waits until a step is durable.</summary>
    public Durability Durability { get; init; }
}
