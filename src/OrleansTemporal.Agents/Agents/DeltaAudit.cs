using OrleansTemporal.Causality;

namespace OrleansTemporal.Agents;

/// <summary>Looks at every record of a chain that is being verified, for what headers and roots do not say.</summary>
internal abstract class DeltaAudit
{
    /// <summary>Comes to the next record.</summary>
    public abstract void Visit(DeltaRecord delta);

    /// <summary>What does not hold, or null. After the last record.</summary>
    public abstract string? Fault();
}
