using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Catalog;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Signals;

/// <summary>One ledger for code that runs in the same process: what five lines of an example need.</summary>
public sealed class SignalLedger(SignalService service, string workspace, string name)
{
    /// <summary>Its workspace.</summary>
    public string Workspace => workspace;

    /// <summary>Its name.</summary>
    public string Name => name;

    /// <summary>Defines it, or adds to its definition.</summary>
    public ValueTask<CatalogChangeResult> DefineAsync(SignalSchema schema, CancellationToken cancellationToken = default) =>
        service.DefineAsync(CallContext.Local, workspace, name, schema, null, cancellationToken);

    /// <summary>Records one event of now.</summary>
    public ValueTask<SignalBatchResult> RecordAsync(string entity, string signal, double weight = 1, CancellationToken cancellationToken = default) =>
        RecordAsync([new SignalEvent { Entity = entity, Signal = signal, Weight = weight }], cancellationToken);

    /// <summary>Records events as one batch.</summary>
    public ValueTask<SignalBatchResult> RecordAsync(ImmutableArray<SignalEvent> events, CancellationToken cancellationToken = default) =>
        service.RecordAsync(CallContext.Local, workspace, name, events, cancellationToken);

    /// <summary>What is known of an entity.</summary>
    /// <param name="entity">The entity.</param>
    /// <param name="at">The moment of event time; null for now.</param>
    /// <param name="asOf">As of when.</param>
    /// <param name="cancellationToken">Stops the waiting.</param>
    public async ValueTask<SignalReading> GetAsync(string entity, EventTime? at = null, AsOf asOf = default, CancellationToken cancellationToken = default) =>
        (await service.ReadAsync(CallContext.Local, workspace, name, new SignalQuery { Entities = [entity], At = at, AsOf = asOf }, cancellationToken).ConfigureAwait(false)).Readings[0];

    /// <summary>The first score of one signal of an entity.</summary>
    public async ValueTask<double> GetScoreAsync(string entity, string signal, EventTime? at = null, AsOf asOf = default, CancellationToken cancellationToken = default) =>
        (await GetAsync(entity, at, asOf, cancellationToken).ConfigureAwait(false)).Signals.Single(values => values.Signal == signal).Scores[0].Value;

    /// <summary>The value of a rank profile for each of some entities, in their order.</summary>
    public async ValueTask<ImmutableArray<SignalReading>> RankAsync(
        ImmutableArray<string> entities, string profile, EventTime? at = null, CancellationToken cancellationToken = default) =>
        (await service.ReadAsync(CallContext.Local, workspace, name, new SignalQuery { Entities = entities, Profile = profile, At = at }, cancellationToken).ConfigureAwait(false)).Readings;

    /// <summary>The leaders.</summary>
    public async ValueTask<ImmutableArray<SignalRank>> TopAsync(SignalTopQuery query, CancellationToken cancellationToken = default) =>
        (await service.TopAsync(CallContext.Local, workspace, name, query, cancellationToken).ConfigureAwait(false)).Ranks;
}
