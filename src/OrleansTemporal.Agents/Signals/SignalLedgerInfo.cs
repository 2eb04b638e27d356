namespace OrleansTemporal.Signals;

/// <summary>One ledger of a workspace.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Schema">What it counts.</param>
/// <param name="Partitions">Agents that its entities are spread over.</param>
/// <param name="Stats">How much it holds, over all of them.</param>
public sealed record SignalLedgerInfo(string Name, SignalSchema Schema, int Partitions, SignalStats Stats);
