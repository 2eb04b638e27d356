using System.Collections.Immutable;

namespace OrleansTemporal.Timelines;

/// <summary>What a timeline is: how long its state is, its policy, and what is said about it.</summary>
/// <param name="Dimensions">Components of the state, 1 to <see cref="Limits.TimelineDimensionsMax"/>; never changes.</param>
/// <param name="Policy">What is accepted and kept.</param>
public sealed record TimelineDefinition(int Dimensions, TimelinePolicy Policy)
{
    /// <summary>
    /// Texts about the timeline as a whole, by name, each name once: at most <see cref="Limits.MetadataCountMax"/>, names of 1 to
    /// <see cref="Limits.MetadataBytesMax"/> bytes, values of at most as many. They replace those of before, and have nothing to do
    /// with the metadata of its deltas.
    /// </summary>
    public ImmutableArray<KeyValuePair<string, string>> Metadata { get; init; } = [];
}
