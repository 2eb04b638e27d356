namespace OrleansTemporal.Causality;

/// <summary>What an acknowledgement promises.</summary>
public enum Durability : byte
{
    /// <summary>The delta survives the loss of process and power.</summary>
    Durable = 0,

    /// <summary>The delta is in memory and on its way; a crash may take it.</summary>
    Buffered = 1,
}
