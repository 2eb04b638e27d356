namespace OrleansTemporal.Causality;

/// <summary>What an agent owns. The numbers are part of stored formats and never change meaning.</summary>
public enum AgentKind : byte
{
    /// <summary>JSON documents by key.</summary>
    Kv = 1,

    /// <summary>Measurements and events by stream.</summary>
    Series = 2,

    /// <summary>Weighted, decaying events on entities.</summary>
    Signals = 3,

    /// <summary>Embeddings and nearest neighbours.</summary>
    Vectors = 4,

    /// <summary>A dense float state that changes sparsely.</summary>
    Timelines = 5,

    /// <summary>Ranges of deltas on their way to subscribers.</summary>
    Channels = 6,

    /// <summary>Maintained query results.</summary>
    Views = 7,

    /// <summary>What exists in a workspace: names, schemas, slot maps.</summary>
    Catalog = 8,

    /// <summary>The processes that move data between tiers.</summary>
    Lifecycle = 9,

    /// <summary>The list of workspaces.</summary>
    Workspaces = 10,

    /// <summary>What one subscriber was handed of channels and has acknowledged.</summary>
    Subscriptions = 11,
}
