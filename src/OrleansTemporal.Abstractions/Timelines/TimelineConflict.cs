namespace OrleansTemporal.Timelines;

/// <summary>A component that both branches have changed, differently.</summary>
/// <param name="Index">The component.</param>
/// <param name="Base">Its value at the common ancestor.</param>
/// <param name="Ours">Its value on the branch that gets the changes.</param>
/// <param name="Theirs">Its value on the branch that is merged.</param>
/// <param name="Merged">What was made of it.</param>
public readonly record struct TimelineConflict(int Index, float Base, float Ours, float Theirs, float Merged);
