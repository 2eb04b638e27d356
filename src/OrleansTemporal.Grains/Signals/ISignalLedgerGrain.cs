using OrleansTemporal.Agents;

namespace OrleansTemporal.Signals;

/// <summary>The ledger agent as a grain.</summary>
[Alias("ot.signals")]
public interface ISignalLedgerGrain : ISignalLedgerAgent, IAgentGrain;
