namespace OrleansTemporal.Causality;

/// <summary>
/// The twenty roots that every agent's history hangs under. The numbers are stored and never change meaning.
/// </summary>
public enum CanonicalRoot : byte
{
    /// <summary>The whole; no agent acts on it.</summary>
    Field = 0,

    /// <summary>Agents and catalogs; acts by <see cref="ActionKind.Pulse"/>.</summary>
    Orchestrator = 1,

    /// <summary>Where <see cref="ActionKind.Storage"/> acts.</summary>
    Storage = 2,

    /// <summary>Where <see cref="ActionKind.Temperature"/> acts.</summary>
    Temperature = 3,

    /// <summary>Where <see cref="ActionKind.Chronicle"/> acts.</summary>
    Chronicle = 4,

    /// <summary>Where <see cref="ActionKind.Archive"/> acts.</summary>
    Archive = 5,

    /// <summary>Where <see cref="ActionKind.Essence"/> acts.</summary>
    Essence = 6,

    /// <summary>Where <see cref="ActionKind.Sleep"/> acts.</summary>
    Sleep = 7,

    /// <summary>Where <see cref="ActionKind.Evolution"/> acts.</summary>
    Evolution = 8,

    /// <summary>Where <see cref="ActionKind.Lineage"/> acts.</summary>
    Lineage = 9,

    /// <summary>Where <see cref="ActionKind.Perspective"/> acts.</summary>
    Perspective = 10,

    /// <summary>Where <see cref="ActionKind.Identity"/> acts.</summary>
    Identity = 11,

    /// <summary>Where <see cref="ActionKind.Network"/> acts.</summary>
    Network = 12,

    /// <summary>Where <see cref="ActionKind.Workspace"/> acts.</summary>
    Workspace = 13,

    /// <summary>Where <see cref="ActionKind.Vector"/> acts.</summary>
    Vector = 14,

    /// <summary>Where <see cref="ActionKind.Lifecycle"/> acts.</summary>
    Lifecycle = 15,

    /// <summary>Where <see cref="ActionKind.Session"/> acts.</summary>
    Session = 16,

    /// <summary>Where <see cref="ActionKind.Subscription"/> acts.</summary>
    Subscription = 17,

    /// <summary>Where <see cref="ActionKind.Process"/> acts.</summary>
    Process = 18,

    /// <summary>Where <see cref="ActionKind.Reconciliation"/> acts.</summary>
    Reconciliation = 19,
}
