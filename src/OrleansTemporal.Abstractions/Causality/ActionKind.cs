namespace OrleansTemporal.Causality;

/// <summary>
/// What a delta does. Nineteen actions for twenty canonical roots: <see cref="CanonicalRoot.Field"/> has none,
/// and <see cref="CanonicalRoot.Orchestrator"/> acts by <see cref="Pulse"/>. The numbers are stored and never change meaning.
/// </summary>
public enum ActionKind : byte
{
    /// <summary>Documents are stored, read or deleted.</summary>
    Storage = 1,

    /// <summary>Heat of data changes.</summary>
    Temperature = 2,

    /// <summary>Events are recorded.</summary>
    Chronicle = 3,

    /// <summary>Epochs are sealed and archived.</summary>
    Archive = 4,

    /// <summary>Genomes are extracted and used.</summary>
    Essence = 5,

    /// <summary>Consolidation phases.</summary>
    Sleep = 6,

    /// <summary>Fitness is judged and survivors selected.</summary>
    Evolution = 7,

    /// <summary>Births and ancestry.</summary>
    Lineage = 8,

    /// <summary>Views are formed and refreshed.</summary>
    Perspective = 9,

    /// <summary>Identities and capabilities.</summary>
    Identity = 10,

    /// <summary>Peers meet and exchange.</summary>
    Network = 11,

    /// <summary>The orchestrator registers agents and beats; the action of <see cref="CanonicalRoot.Orchestrator"/>.</summary>
    Pulse = 12,

    /// <summary>Memory of a workspace.</summary>
    Workspace = 13,

    /// <summary>Embeddings are added, searched and indexed.</summary>
    Vector = 14,

    /// <summary>Data moves between tiers.</summary>
    Lifecycle = 15,

    /// <summary>Sessions begin and end.</summary>
    Session = 16,

    /// <summary>Subscriptions and notices.</summary>
    Subscription = 17,

    /// <summary>Processes run, pause and end.</summary>
    Process = 18,

    /// <summary>Two logs are brought together.</summary>
    Reconciliation = 19,
}
