using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Series;

public sealed partial class SeriesService
{
    /// <summary>The series of each partition of a stream; none of a stream that was not there at that moment.</summary>
    /// <exception cref="TemporalException">NotFound, <c>workspace_not_found</c>; Invalid, <c>invalid_field</c>, <c>as_of_in_future</c>.</exception>
    public async ValueTask<ImmutableArray<SeriesListing>> ListSeriesAsync(
        CallContext call, string workspace, string stream, SeriesSelector selector, AsOf asOf, CancellationToken cancellationToken)
    {
        var route = await FindForReadAsync(call, workspace, stream, asOf, cancellationToken).ConfigureAwait(false);
        return route is null ? [] : [.. await Task.WhenAll(route.Agents.Select(agent => agent.ListSeriesAsync(selector, asOf, cancellationToken).AsTask())).ConfigureAwait(false)];
    }

    /// <summary>Points of named series of one partition, series by series.</summary>
    /// <exception cref="TemporalException">NotFound, <c>workspace_not_found</c>, <c>stream_not_found</c>; Invalid, <c>invalid_field</c>, <c>as_of_in_future</c>.</exception>
    public async ValueTask<SeriesSamplesPage> ReadSamplesAsync(
        CallContext call, string workspace, string stream, int partition, SeriesSamplesQuery query, CancellationToken cancellationToken)
    {
        var route = await EnterForReadAsync(call, workspace, stream, query.AsOf, cancellationToken).ConfigureAwait(false);
        return partition >= 0 && partition < route.Agents.Length
            ? await route.Agents[partition].ReadSamplesAsync(query, cancellationToken).ConfigureAwait(false)
            : throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, $"Stream '{stream}' has {route.Agents.Length} partitions.") { Field = "partition" };
    }
}
