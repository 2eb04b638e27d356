using OrleansTemporal.Agents;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Vectors;

/// <summary>The vector agent. Thread-safe; the same class is the grain under Orleans.</summary>
public class VectorAgent : CausalAgent<AgentCore>, IVectorAgent
{
    /// <summary>Makes a closed agent.</summary>
    public VectorAgent(AgentId id, AgentServices services)
        : base(id, services)
    {
    }

    /// <inheritdoc/>
    public async ValueTask<VectorWriteResult> WriteAsync(VectorWrite write, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(write);
        if (!write.Observed.Equals(HybridTimestamp.Zero))
        {
            Services.Clock.Receive(write.Observed);
        }

        write.Settings.Validate();
        var prepared = VectorPreparedWrite.Prepare(write, Services.Salts);
        var core = await GetVectorsAsync(cancellationToken).ConfigureAwait(false);
        return await core.WriteAsync(prepared, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<bool> TryOutAsync(VectorWrite write, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(write);
        var core = await GetVectorsAsync(cancellationToken).ConfigureAwait(false);
        return await core.TryOutAsync(write, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<VectorReadResult> GetAsync(long collection, string id, AsOf asOf, CancellationToken cancellationToken)
    {
        EntityKeys.Validate(id, "id");
        var core = await GetVectorsAsync(cancellationToken).ConfigureAwait(false);
        return await core.GetAsync(collection, id, asOf, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<VectorPage> ListAsync(long collection, int from, int limit, AsOf asOf, CancellationToken cancellationToken)
    {
        var core = await GetVectorsAsync(cancellationToken).ConfigureAwait(false);
        return await core.ListAsync(collection, from, limit, asOf, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<VectorAnswer> SearchAsync(VectorQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        var core = await GetVectorsAsync(cancellationToken).ConfigureAwait(false);
        return await core.SearchAsync(query, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<VectorAncestry> GetAncestryAsync(long collection, string id, AsOf asOf, CancellationToken cancellationToken)
    {
        EntityKeys.Validate(id, "id");
        var core = await GetVectorsAsync(cancellationToken).ConfigureAwait(false);
        return await core.GetAncestryAsync(collection, id, asOf, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<VectorStats> GetStatsAsync(long collection, CancellationToken cancellationToken)
    {
        var core = await GetVectorsAsync(cancellationToken).ConfigureAwait(false);
        return await core.GetStatsAsync(collection, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override AgentCore CreateCore() => new VectorCore(Id, Services);

    private async ValueTask<VectorCore> GetVectorsAsync(CancellationToken cancellationToken) =>
        (VectorCore)await GetCoreAsync(cancellationToken).ConfigureAwait(false);
}
