namespace OrleansTemporal.Workspaces;

/// <summary>Who calls. Every call of a facade carries one.</summary>
/// <param name="Name">Written into deltas as the actor; empty for an anonymous caller.</param>
/// <param name="IsLocal">True when the call comes from this machine: in process, or over loopback.</param>
public sealed record Principal(string Name, bool IsLocal)
{
    /// <summary>The process itself.</summary>
    public static Principal Local { get; } = new("", true);
}
