using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Timelines;

/// <summary>A change to one branch: a whole state as it was observed, or some components.</summary>
public sealed record TimelineWrite
{
    /// <summary>The branch.</summary>
    public string Branch { get; init; } = "main";

    /// <summary>All components, when a whole state was observed; empty for a delta.</summary>
    public ReadOnlyMemory<float> State { get; init; }

    /// <summary>Components of a delta, each once, in any order.</summary>
    public ReadOnlyMemory<int> Indices { get; init; }

    /// <summary>A value for each of them.</summary>
    public ReadOnlyMemory<float> Values { get; init; }

    /// <summary>True when the values are added to what is there, false when they take its place.</summary>
    public bool IsAdditive { get; init; }

    /// <summary>The writer's own id of the delta, by which it is recognised for ever; null for none. At most <see cref="Limits.KeyBytesMax"/> bytes.</summary>
    public string? Id { get; init; }

    /// <summary>The id or the sequence of the delta that this one was made after; null for the newest.</summary>
    public string? Parent { get; init; }

    /// <summary>Pairs that travel under the root.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Metadata { get; init; } = [];

    /// <summary>Set to make the request recognisable when it is sent again.</summary>
    public OperationStamp? Operation { get; init; }

    /// <summary>Who writes.</summary>
    public string Actor { get; init; } = "";

    /// <summary>Whether the answer waits until the change is durable.</summary>
    public Durability Durability { get; init; }
}
