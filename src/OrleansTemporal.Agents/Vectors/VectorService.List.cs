using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Vectors;

public sealed partial class VectorService
{
    // A page that is still empty after so many turns is answered so: what is dead may be very much.
    private const int ListTurnsMax = 16;

    /// <summary>
    /// The vectors of a collection that are there at a moment: partition by partition, each in the order of its writes. All pages
    /// hold for the moment of the first, whatever is written meanwhile. A page may have fewer than asked for, or none, and not be the last.
    /// </summary>
    /// <param name="call">Who calls.</param>
    /// <param name="workspace">The workspace.</param>
    /// <param name="collection">The collection.</param>
    /// <param name="cursor">Where to go on; its moment is that of the page. Null for the first page.</param>
    /// <param name="limit">1 to <see cref="Limits.PageCountMax"/>.</param>
    /// <param name="asOf">The moment of the first page.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="TemporalException">NotFound, <c>collection_not_found</c>; Invalid: <c>invalid_field</c>, <c>as_of_in_future</c>, <c>sequence_needs_one_agent</c>.</exception>
    public async ValueTask<VectorList> ListAsync(
        CallContext call, string workspace, string collection, VectorListCursor? cursor, int limit, AsOf asOf, CancellationToken cancellationToken)
    {
        await access.EnterAsync(call, new Resource(workspace, AgentKind.Vectors, collection), Verb.Read, cancellationToken).ConfigureAwait(false);
        if (limit is < 1 or > Limits.PageCountMax)
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, $"'limit' is 1 to {Limits.PageCountMax}.") { Field = "limit", Limit = Limits.PageCountMax };
        }

        var moment = cursor is null ? asOf : AsOf.At(cursor.Moment);
        var route = await RequireAsync(workspace, collection, moment, cancellationToken).ConfigureAwait(false);
        route.RequireOneAgentFor(moment);
        if (moment.IsLatest && route.Agents.Length > 1)
        {
            moment = AsOf.At(clock.Next());
        }

        var (partition, place) = (cursor?.Partition ?? 0, cursor?.Place ?? 0);
        var versions = ImmutableArray.CreateBuilder<VectorVersion>();
        var (bytes, time) = (0L, moment.SystemTime ?? HybridTimestamp.Zero);
        for (var turn = 0; turn < ListTurnsMax && partition < route.Agents.Length && versions.Count < limit && bytes < Limits.VectorPageBytesMax; turn++)
        {
            var page = await route.Agents[partition].ListAsync(route.Entry.Sequence, place, limit - versions.Count, moment, cancellationToken).ConfigureAwait(false);
            versions.AddRange(page.Versions);
            bytes += page.Versions.Sum(static version => ((long)version.Vector.Length * sizeof(float)) + version.Metadata.Length);
            time = page.SystemTime;
            moment = time == HybridTimestamp.Zero ? moment : AsOf.At(time);
            (partition, place) = page.Next < 0 ? (partition + 1, 0) : (partition, page.Next);
        }

        return new VectorList(versions.DrainToImmutable(), partition < route.Agents.Length ? new VectorListCursor(time, partition, place) : null, time);
    }
}
