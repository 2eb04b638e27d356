using System.Buffers;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Queries;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Kv;

public sealed partial class KvService
{
    /// <summary>
    /// Documents of a namespace that pass a filter, or what they come to in groups, as of one moment over all partitions.
    /// O(keys scanned): in the order of keys a page ends early, every other query looks at all keys, in bounded turns.
    /// </summary>
    /// <exception cref="TemporalException">
    /// Invalid, with the field: <c>invalid_field</c>, <c>malformed_json</c>, <c>as_of_in_future</c>,
    /// <c>sequence_needs_one_agent</c>; TooLarge, <c>query_too_large</c>, with the limit.
    /// </exception>
    public async ValueTask<KvQueryResult> QueryAsync(
        CallContext call, string workspace, string ns, KvQueryRequest request, CancellationToken cancellationToken)
    {
        await access.EnterAsync(call, new Resource(workspace, AgentKind.Kv, ns), Verb.Read, cancellationToken).ConfigureAwait(false);
        var sort = KvQueryRules.Check(request);
        var moment = request.Cursor is { } cursor ? AsOf.At(cursor.Moment) : Pin(request.AsOf);
        for (var attempts = 0; ;)
        {
            var route = await FindRouteAsync(workspace, ns, moment, cancellationToken).ConfigureAwait(false);
            route?.RequireOneAgentFor(moment);
            try
            {
                var above = route is not null && sort.Length > 0 && request.Cursor is { After: { } after }
                    ? await OrderOfAsync(route, after, sort, moment, cancellationToken).ConfigureAwait(false)
                    : default;
                if (await InIndexOrderAsync(workspace, ns, route, request, moment, cancellationToken).ConfigureAwait(false) is { } ordered)
                {
                    return ordered;
                }

                var (run, index, changes) = await PlanAsync(workspace, ns, route, request, moment, cancellationToken).ConfigureAwait(false);
                var result = await run.RunAsync(above, cancellationToken).ConfigureAwait(false);
                result = index is null ? result : result with { Plan = result.Plan with { Index = index, ChangeCount = changes } };
                return route is null ? result with { AsOf = moment.SystemTime ?? clock.Last } : result;
            }
            catch (TemporalException moved) when (IsOutdated(moved, workspace, ns, route, ref attempts))
            {
                continue;
            }
        }
    }

    // Where the last row of the page before stands: read again as of the same moment, so a cursor stays short.
    private static async ValueTask<ReadOnlyMemory<byte>> OrderOfAsync(
        KvRoute route, string key, (FieldPath Path, bool Descending)[] sort, AsOf moment, CancellationToken cancellationToken)
    {
        var read = await route.AgentOf(key).GetAsync(key, moment, cancellationToken).ConfigureAwait(false);
        if (read.Version is not { IsErased: false } version)
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, "The row that this page follows is not there any more; begin again without the cursor.")
            {
                Field = "cursor",
            };
        }

        var order = new ArrayBufferWriter<byte>();
        KvQueryTurn.WriteOrder(sort, version.Value.Span, key, order);
        return order.WrittenMemory;
    }
}
