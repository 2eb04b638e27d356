using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Series;

/// <summary>The chronicle agent: one partition of a stream. Thread-safe; the same class is the grain under Orleans.</summary>
public class ChronicleAgent : CausalAgent<AgentCore>, IChronicleAgent
{
    /// <summary>Makes a closed agent.</summary>
    public ChronicleAgent(AgentId id, AgentServices services)
        : base(id, services)
    {
    }

    /// <inheritdoc/>
    public async ValueTask<SeriesWriteResult> WriteAsync(SeriesWrite write, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(write);
        Observe(write.Observed);
        var core = await GetChronicleAsync(cancellationToken).ConfigureAwait(false);
        return await core.WriteAsync(write, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<SeriesWriteResult> DeleteAsync(SeriesDelete delete, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(delete);
        Observe(delete.Observed);
        var core = await GetChronicleAsync(cancellationToken).ConfigureAwait(false);
        return await core.DeleteAsync(delete, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<SeriesPointsPage> ReadAsync(SeriesPointsQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        RequireLimit(query.Limit);
        var core = await GetChronicleAsync(cancellationToken).ConfigureAwait(false);
        return await core.ReadAsync(query, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<SeriesAggregatePage> AggregateAsync(SeriesAggregateQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        var core = await GetChronicleAsync(cancellationToken).ConfigureAwait(false);
        return await core.AggregateAsync(query, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<SeriesStats> GetStatsAsync(CancellationToken cancellationToken)
    {
        var core = await GetChronicleAsync(cancellationToken).ConfigureAwait(false);
        return await core.GetStatsAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<SeriesListing> ListSeriesAsync(SeriesSelector selector, AsOf asOf, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(selector);
        var core = await GetChronicleAsync(cancellationToken).ConfigureAwait(false);
        return await core.ListSeriesAsync(selector, asOf, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<SeriesSamplesPage> ReadSamplesAsync(SeriesSamplesQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        RequireLimit(query.Limit);
        var core = await GetChronicleAsync(cancellationToken).ConfigureAwait(false);
        return await core.ReadSamplesAsync(query, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<SeriesChangesPage> ReadChangesAsync(SeriesChangesQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        var core = await GetChronicleAsync(cancellationToken).ConfigureAwait(false);
        return await core.ReadChangesAsync(query, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<Lifecycle.DistillReport> ThinAsync(SeriesThinOrder order, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(order);
        var core = await GetChronicleAsync(cancellationToken).ConfigureAwait(false);
        return await core.ThinAsync(order, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override AgentCore CreateCore() => new ChronicleCore(Id, Services);

    private static void RequireLimit(int limit)
    {
        if (limit is < 1 or > Limits.SeriesRowsPerPageMax)
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, $"A page has 1 to {Limits.SeriesRowsPerPageMax} points.")
            {
                Field = "limit",
                Limit = Limits.SeriesRowsPerPageMax,
            };
        }
    }

    private void Observe(HybridTimestamp observed)
    {
        if (!observed.Equals(HybridTimestamp.Zero))
        {
            Services.Clock.Receive(observed);
        }
    }

    private async ValueTask<ChronicleCore> GetChronicleAsync(CancellationToken cancellationToken) =>
        (ChronicleCore)await GetCoreAsync(cancellationToken).ConfigureAwait(false);
}
