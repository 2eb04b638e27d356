using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Signals;

/// <summary>The ledger agent. Thread-safe; the same class is the grain under Orleans.</summary>
public class SignalLedgerAgent : CausalAgent<AgentCore>, ISignalLedgerAgent
{
    /// <summary>Makes a closed agent for one partition of a ledger.</summary>
    public SignalLedgerAgent(AgentId id, AgentServices services)
        : base(id, services)
    {
    }

    /// <summary>Everything in memory as bytes, after a look at the invariants; for tests.</summary>
    internal async ValueTask<byte[]> GetStateAsync() => (await GetLedgerAsync(CancellationToken.None).ConfigureAwait(false)).GetState();

    /// <inheritdoc/>
    public async ValueTask DefineAsync(SignalSchema schema, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(schema);
        SignalSchemaRules.Validate(schema);
        var core = await GetLedgerAsync(cancellationToken).ConfigureAwait(false);
        await core.DefineAsync(schema, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<SignalWriteResult> RecordAsync(SignalWrite write, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(write);
        if (!write.Observed.Equals(HybridTimestamp.Zero))
        {
            Services.Clock.Receive(write.Observed);
        }

        var core = await GetLedgerAsync(cancellationToken).ConfigureAwait(false);
        var prepared = SignalPreparedWrite.Prepare(write, core.Schema, EventTime.Of(core.Now), Services.Salts);
        return await core.WriteAsync(prepared, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<SignalAnswer> ReadAsync(SignalQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        SignalQueryRules.Validate(query);
        var core = await GetLedgerAsync(cancellationToken).ConfigureAwait(false);
        return await core.ReadAsync(query, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<SignalTop> TopAsync(SignalTopQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        SignalQueryRules.Validate(query);
        var core = await GetLedgerAsync(cancellationToken).ConfigureAwait(false);
        return await core.TopAsync(query, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<SignalStats> GetStatsAsync(CancellationToken cancellationToken)
    {
        var core = await GetLedgerAsync(cancellationToken).ConfigureAwait(false);
        return await core.GetStatsAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override AgentCore CreateCore() => new SignalLedgerCore(Id, Services);

    private async ValueTask<SignalLedgerCore> GetLedgerAsync(CancellationToken cancellationToken) =>
        (SignalLedgerCore)await GetCoreAsync(cancellationToken).ConfigureAwait(false);
}
