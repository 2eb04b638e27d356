using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Views;

/// <summary>The view agent. Thread-safe; the same class is the grain under Orleans.</summary>
public class ViewAgent : CausalAgent<AgentCore>, IViewAgent, IViewKeeper
{
    /// <summary>Makes a closed agent.</summary>
    public ViewAgent(AgentId id, AgentServices services)
        : base(id, services)
    {
    }

    /// <inheritdoc/>
    public async ValueTask FormAsync(string actor, CancellationToken cancellationToken) =>
        await (await GetViewAsync(cancellationToken).ConfigureAwait(false)).FormAsync(actor, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask<ViewPage> ReadAsync(ViewQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        if (query.Limit is < 1 or > Limits.PageCountMax)
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, $"A page has 1 to {Limits.PageCountMax} rows.") { Field = "limit", Limit = Limits.PageCountMax };
        }

        return await (await GetViewAsync(cancellationToken).ConfigureAwait(false)).ReadAsync(query, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<ViewStats> RefreshAsync(CancellationToken cancellationToken) =>
        await (await GetViewAsync(cancellationToken).ConfigureAwait(false)).RefreshAsync(cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask<ViewStats> RefreshOnceAsync(OperationStamp operation, string actor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(operation);
        return await (await GetViewAsync(cancellationToken).ConfigureAwait(false)).RefreshOnceAsync(operation, actor, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<ViewStats> GetStatsAsync(CancellationToken cancellationToken) =>
        (await GetViewAsync(cancellationToken).ConfigureAwait(false)).Stats;

    /// <inheritdoc/>
    public async ValueTask<ViewLookupPage> FindAsync(ViewLookup lookup, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lookup);
        return await (await GetViewAsync(cancellationToken).ConfigureAwait(false)).FindAsync(lookup, cancellationToken).ConfigureAwait(false);
    }

    (AgentKind Kind, string Name)? IViewKeeper.Source => Usable is ViewCore core ? core.Source : null;

    bool IViewKeeper.IsOpen => Usable is not null;

    // Nothing is written but a definition that the catalog has, so no proof of owning the agent is needed.
    ValueTask IViewKeeper.BringOnAsync(CancellationToken cancellationToken) => Usable is ViewCore core ? core.BringOnAsync(cancellationToken) : default;

    /// <inheritdoc/>
    protected override AgentCore CreateCore() => new ViewCore(Id, Services);

    private async ValueTask<ViewCore> GetViewAsync(CancellationToken cancellationToken) =>
        (ViewCore)await GetCoreAsync(cancellationToken).ConfigureAwait(false);
}
