namespace OrleansTemporal.Lifecycle;

/// <summary>What runs on a schedule.</summary>
public enum LifecycleProcess : byte
{
    /// <summary>Seals what is no longer hot and moves what is old to colder tiers.</summary>
    Consolidation = 1,

    /// <summary>Writes the digest of the workspace into the log of its lifecycle agent.</summary>
    Genome = 2,

    /// <summary>Looks through what is kept, and lets go of what policy lets go.</summary>
    Distillation = 3,
}
