using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Catalog;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Operations;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Series;

public sealed partial class SeriesService
{
    /// <summary>Says which streams belong to one, instead of those that did; none for none. Kept in the catalog with its history.</summary>
    /// <exception cref="TemporalException">NotFound, <c>workspace_not_found</c>, <c>stream_not_found</c>; Invalid, <c>invalid_field</c>, <c>invalid_name</c>.</exception>
    public async ValueTask<CatalogChangeResult> LinkAsync(CallContext call, string workspace, string stream, ImmutableArray<SeriesLink> links, CancellationToken cancellationToken)
    {
        await access.EnterAsync(call, new Resource(workspace, AgentKind.Series, stream), Verb.Admin, cancellationToken).ConfigureAwait(false);
        SeriesRules.Require(!links.IsDefault && links.Length <= Limits.SeriesLinksMax, "links", $"has at most {Limits.SeriesLinksMax} streams", Limits.SeriesLinksMax);
        foreach (var link in links)
        {
            Names.Validate(link.Stream, "links.stream");
            SeriesRules.Require(link.Stream != stream || link.Field is not null, "links.stream", "is another stream, or names another field");
            SeriesRules.Require(link.Field is not "", "links.field", "is no empty text");
            SeriesRules.Require(link.Lag != long.MinValue, "links.lag", "fits into 292 years");
            SeriesRules.Require(await routes.FindAsync(workspace, link.Stream, cancellationToken).ConfigureAwait(false) is not null, "links.stream", $"names '{link.Stream}', which nothing was ever written to");
        }

        var catalog = directory.Get<ICatalogAgent>(SystemAgents.CatalogOf(workspace));
        while (true)
        {
            var entry = await FindEntryAsync(workspace, stream, AsOf.Latest, cancellationToken).ConfigureAwait(false);
            var settings = SeriesSettingsCodec.Encode(SeriesSettingsCodec.Decode(entry, 1) with { Links = links });
            var change = new CatalogChange
            {
                Kind = AgentKind.Series,
                Name = stream,
                Settings = settings,
                IfSequence = entry.Sequence,
                Operation = OperationStamps.Of(call, "put", $"series/{workspace}/{stream}/links", settings),
                Actor = call.Principal.Name,
            };
            try
            {
                return await catalog.ChangeAsync(change, cancellationToken).ConfigureAwait(false);
            }
            catch (TemporalException race) when (race.Code == ErrorCodes.PreconditionFailed)
            {
                // Somebody else changed the stream's settings meanwhile: theirs are kept, and the links put into them.
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }

    /// <summary>Which streams belong to one, now or as of an instant.</summary>
    /// <exception cref="TemporalException">NotFound, <c>workspace_not_found</c>, <c>stream_not_found</c>.</exception>
    public async ValueTask<ImmutableArray<SeriesLink>> GetLinksAsync(CallContext call, string workspace, string stream, AsOf asOf, CancellationToken cancellationToken)
    {
        await access.EnterAsync(call, new Resource(workspace, AgentKind.Series, stream), Verb.Read, cancellationToken).ConfigureAwait(false);
        return SeriesSettingsCodec.Decode(await FindEntryAsync(workspace, stream, asOf, cancellationToken).ConfigureAwait(false), 1).Links;
    }

    /// <summary>Adds the points of a stream and those of all that belong to it up together, as if they were one; each moved back by its lag.</summary>
    /// <exception cref="TemporalException">As <see cref="AggregateAsync(CallContext, string, string, SeriesAggregateQuery, CancellationToken)"/>; Invalid, <c>sequence_needs_one_agent</c>.</exception>
    public async ValueTask<SeriesAggregatePage> AggregateLinkedAsync(
        CallContext call, string workspace, string stream, SeriesAggregateQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        var moment = PinInstant(query.AsOf);
        var links = await GetLinksAsync(call, workspace, stream, moment, cancellationToken).ConfigureAwait(false);
        var gathering = new SeriesLinkedGathering(query with { AsOf = moment });
        var route = await EnterForReadAsync(call, workspace, stream, moment, cancellationToken).ConfigureAwait(false);
        var field = query.Selector.Field ?? await OnlyFieldAsync(route, query.Selector, moment, cancellationToken).ConfigureAwait(false);
        await gathering.AddAsync(WholeFeedOf(route, query.Selector, moment), field, 0, cancellationToken).ConfigureAwait(false);
        foreach (var link in links)
        {
            var linked = await EnterForReadAsync(call, workspace, link.Stream, moment, cancellationToken).ConfigureAwait(false);
            var selector = gathering.SelectorOf(link);
            await gathering.AddAsync(WholeFeedOf(linked, selector with { Field = link.Field ?? field }, moment), field, link.Lag, cancellationToken).ConfigureAwait(false);
        }

        return await gathering.RunAsync(cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<CatalogEntry> FindEntryAsync(string workspace, string stream, AsOf asOf, CancellationToken cancellationToken)
    {
        Names.Validate(stream, "stream");
        await workspaces.FindAsync(workspace, cancellationToken).ConfigureAwait(false);
        return await directory.Get<ICatalogAgent>(SystemAgents.CatalogOf(workspace)).FindAsync(AgentKind.Series, stream, asOf, cancellationToken).ConfigureAwait(false)
            ?? throw new TemporalException(ErrorKind.NotFound, ErrorCodes.StreamNotFound, $"Nothing was ever written to stream '{stream}'.") { Field = "stream" };
    }
}
