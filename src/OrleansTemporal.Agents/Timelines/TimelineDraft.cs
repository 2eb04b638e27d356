using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Timelines;

/// <summary>A delta that a turn is about to stage, with all that its payload needs.</summary>
internal sealed record TimelineDraft
{
    /// <summary>What kind of delta it is.</summary>
    public required DeltaKind Kind { get; init; }

    /// <summary>Writes the payload; called outside of the gate.</summary>
    public required Action<PayloadBuffer> Write { get; init; }

    /// <summary>The step that is written, so that it is not parsed again to be folded; null when it is none, or may be parsed.</summary>
    public TimelineStepPayload? Step { get; init; }

    /// <summary>Pairs that travel under the root.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Metadata { get; init; } = [];

    /// <summary>Writes that it follows from.</summary>
    public ImmutableArray<WriteId> Causes { get; init; } = [];

    /// <summary>Bytes that the payload will have, about.</summary>
    public int SizeHint { get; init; } = 256;
}
