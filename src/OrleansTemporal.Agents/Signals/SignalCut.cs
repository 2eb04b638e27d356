namespace OrleansTemporal.Signals;

/// <summary>What a generation has changed, until it is sealed.</summary>
/// <param name="LastSequence">Its last delta.</param>
/// <param name="Snapshot">Entities.</param>
/// <param name="FirstId">The first id of an event that came in it, of all that ever came.</param>
/// <param name="EndId">Behind the last.</param>
internal sealed record SignalCut(long LastSequence, SignalSnapshot Snapshot, long FirstId, long EndId);
