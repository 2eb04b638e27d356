using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Kv;
using OrleansTemporal.Signals;
using OrleansTemporal.Storage.Ports;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Pages;

/// <summary>What the first page shows.</summary>
internal sealed record HomePageContent
{
    /// <summary>Address that the visitor came to, for the commands.</summary>
    internal string Address { get; init; } = "";

    /// <summary>Why the database is not ready; null when it is.</summary>
    internal string? Fault { get; init; }

    /// <summary>How the log is; null while the database is closed.</summary>
    internal CausalLogsStatus? Log { get; init; }

    /// <summary>The newest system time.</summary>
    internal HybridTimestamp SystemTime { get; init; }

    /// <summary>One for each workspace.</summary>
    internal IReadOnlyList<Section> Sections { get; init; } = [];

    /// <summary>Whether there is anything to plot.</summary>
    internal bool HasStreams => Sections.Any(static section => !section.Streams.IsEmpty);

    /// <summary>What one workspace holds.</summary>
    internal sealed record Section(WorkspaceInfo Workspace, ImmutableArray<KvNamespaceInfo> Namespaces, ImmutableArray<AgentStatus> Agents)
    {
        /// <summary>Names of its streams.</summary>
        internal ImmutableArray<string> Streams { get; init; } = [];

        /// <summary>Its ledgers.</summary>
        internal ImmutableArray<Ledger> Ledgers { get; init; } = [];
    }

    /// <summary>A ledger and who leads by its first signal.</summary>
    internal sealed record Ledger(SignalLedgerInfo Info, ImmutableArray<SignalRank> Leaders);
}
