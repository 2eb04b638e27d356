using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Catalog;

/// <summary>Says which names exist in a workspace, with their settings and slot maps; itself a log with full history.</summary>
public interface ICatalogAgent : IAgent
{
    /// <summary>The entry of a name, now or as of a moment; null when there is none.</summary>
    ValueTask<CatalogEntry?> FindAsync(AgentKind kind, string name, AsOf asOf, CancellationToken cancellationToken);

    /// <summary>Writes a change; durable before it answers, so before the first delta of what it names.</summary>
    ValueTask<CatalogChangeResult> ChangeAsync(CatalogChange change, CancellationToken cancellationToken);

    /// <summary>Entries of a kind in name order, behind <paramref name="after"/>.</summary>
    ValueTask<ImmutableArray<CatalogEntry>> ListAsync(AgentKind kind, string? after, int countMax, CancellationToken cancellationToken);

    /// <summary>
    /// What the catalog has said about names of a kind, in the order in which it did, behind a sequence; at most
    /// <see cref="Limits.PageCountMax"/> versions. Up to <paramref name="closed"/> nothing is ever added to it: pass zero when
    /// that need not be.
    /// </summary>
    /// <exception cref="Errors.TemporalException">Invalid, <c>as_of_in_future</c>.</exception>
    ValueTask<CatalogHistory> GetHistoryAsync(AgentKind kind, long afterSequence, HybridTimestamp closed, CancellationToken cancellationToken);

    /// <summary>Names of a kind that are there or ever were, in name order, behind <paramref name="after"/>.</summary>
    ValueTask<ImmutableArray<CatalogAgents>> ListAgentsAsync(AgentKind kind, string? after, int countMax, CancellationToken cancellationToken);
}
