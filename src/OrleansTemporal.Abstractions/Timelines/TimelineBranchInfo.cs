using OrleansTemporal.Causality;

namespace OrleansTemporal.Timelines;

/// <summary>A branch as it stands.</summary>
/// <param name="Name">Its name.</param>
/// <param name="From">The branch that it was made from; empty for <c>main</c>.</param>
/// <param name="ForkSequence">The step that it begins behind; 0 for the empty beginning.</param>
/// <param name="HeadSequence">Its newest step; 0 for the empty beginning.</param>
/// <param name="StepCount">Steps that were made on it.</param>
/// <param name="SystemTime">When it was made; zero for <c>main</c>.</param>
public sealed record TimelineBranchInfo(string Name, string From, long ForkSequence, long HeadSequence, int StepCount, HybridTimestamp SystemTime);
