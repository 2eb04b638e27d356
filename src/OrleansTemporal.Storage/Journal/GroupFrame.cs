namespace OrleansTemporal.Storage.Journal;

/// <summary>A frame of a group that is being filled.</summary>
/// <param name="Start">Where it was appended.</param>
/// <param name="Touch">Index of its agent in the touches of the group, or <see cref="StagedGroup.Nobody"/>.</param>
internal readonly record struct GroupFrame(int Start, int Length, int Touch);
