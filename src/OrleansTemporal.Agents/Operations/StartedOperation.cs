using OrleansTemporal.Causality;

namespace OrleansTemporal.Operations;

/// <summary>An operation that somebody has asked for.</summary>
/// <param name="Info">How it stands.</param>
/// <param name="IsOurs">True when this process has to run it now; false when it has run, or runs, for an earlier request with the same key.</param>
/// <param name="Ledger">The lifecycle agent that has it written down; none when no key came with the request.</param>
internal readonly record struct StartedOperation(OperationInfo Info, bool IsOurs, AgentId Ledger);
