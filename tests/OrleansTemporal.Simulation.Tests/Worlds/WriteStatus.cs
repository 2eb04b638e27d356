namespace OrleansTemporal.Simulation.Tests.Worlds;

/// <summary>What a client knows of a write.</summary>
internal enum WriteStatus
{
    /// <summary>Sent, not answered, or answered in a way that leaves it open.</summary>
    Unknown,

    /// <summary>Answered with a receipt.</summary>
    Acknowledged,

    /// <summary>Refused: it must never appear.</summary>
    Refused,
}
