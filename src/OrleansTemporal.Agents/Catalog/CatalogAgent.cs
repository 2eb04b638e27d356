using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Catalog;

/// <summary>The catalog agent; also the registry of workspaces. Thread-safe; the same class is the grain under Orleans.</summary>
public class CatalogAgent : CausalAgent<AgentCore>, ICatalogAgent
{
    /// <summary>Makes a closed agent.</summary>
    public CatalogAgent(AgentId id, AgentServices services)
        : base(id, services)
    {
    }

    /// <inheritdoc/>
    public async ValueTask<CatalogEntry?> FindAsync(AgentKind kind, string name, AsOf asOf, CancellationToken cancellationToken)
    {
        var core = await GetCatalogAsync(cancellationToken).ConfigureAwait(false);
        if (asOf.Sequence is not null)
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.SequenceNeedsOneAgent, "The catalog answers as of an instant.") { Field = "asOf" };
        }

        if (asOf.SystemTime is { } instant)
        {
            await core.CloseMomentAsync(instant, cancellationToken).ConfigureAwait(false);
        }

        return core.Find(kind, name, asOf.SystemTime?.Value ?? ulong.MaxValue);
    }

    /// <inheritdoc/>
    public async ValueTask<CatalogChangeResult> ChangeAsync(CatalogChange change, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(change);
        var core = await GetCatalogAsync(cancellationToken).ConfigureAwait(false);
        return await core.ChangeAsync(change, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<ImmutableArray<CatalogEntry>> ListAsync(AgentKind kind, string? after, int countMax, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(countMax, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(countMax, Limits.PageCountMax);
        var core = await GetCatalogAsync(cancellationToken).ConfigureAwait(false);
        return core.List(kind, after, countMax);
    }

    /// <inheritdoc/>
    public async ValueTask<ImmutableArray<CatalogAgents>> ListAgentsAsync(AgentKind kind, string? after, int countMax, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(countMax, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(countMax, Limits.PageCountMax);
        var core = await GetCatalogAsync(cancellationToken).ConfigureAwait(false);
        return core.ListAgents(kind, after, countMax);
    }

    /// <inheritdoc/>
    public async ValueTask<CatalogHistory> GetHistoryAsync(AgentKind kind, long afterSequence, HybridTimestamp closed, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(afterSequence);
        var core = await GetCatalogAsync(cancellationToken).ConfigureAwait(false);
        if (closed != HybridTimestamp.Zero)
        {
            await core.CloseMomentAsync(closed, cancellationToken).ConfigureAwait(false);
        }

        return core.GetHistory(kind, afterSequence);
    }

    /// <inheritdoc/>
    protected override AgentCore CreateCore() => new CatalogCore(Id, Services);

    private async ValueTask<CatalogCore> GetCatalogAsync(CancellationToken cancellationToken) =>
        (CatalogCore)await GetCoreAsync(cancellationToken).ConfigureAwait(false);
}
