namespace OrleansTemporal.Timelines;

/// <summary>What a timeline is: how long its state is, and its policy.</summary>
/// <param name="Dimensions">Components of the state, 1 to <see cref="Limits.TimelineDimensionsMax"/>; never changes.</param>
/// <param name="Policy">What is accepted and kept.</param>
public sealed record TimelineDefinition(int Dimensions, TimelinePolicy Policy);
