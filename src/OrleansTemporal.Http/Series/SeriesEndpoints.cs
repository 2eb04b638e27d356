using Microsoft.AspNetCore.Routing;
using OrleansTemporal.OpenApi;
using OrleansTemporal.Requests;

namespace OrleansTemporal.Series;

/// <summary>The routes of the series facet.</summary>
internal static partial class SeriesEndpoints
{
    private const string Tag = "series";
    private const string Streams = "/v1/{workspace}/series";
    private const string Stream = Streams + "/{stream}";
    private const string Points = Stream + "/points";

    private const int WorkspaceSegment = 1;
    private const int StreamSegment = 3;

    /// <summary>Maps them.</summary>
    internal static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapApi("POST", Points, WriteAsync, new("writePoints", Tag, "Writes points; a point of a series at a time that has one is its newest version.")
        {
            Parameters = ["Idempotency-Key"],
            Body = "SeriesPoints",
            Answers = [(200, "SeriesWritten")],
            Problems = [413, 422, 429, 503],
        });
        endpoints.MapApi("DELETE", Points, DeleteAsync, new("deletePoints", Tag, "Deletes points that are there; as of a moment before they stay.")
        {
            Parameters = ["field", "tag", "tagNot", "tagMatches", "tagNotMatches", "tagIn", "eventFrom", "eventTo", "Idempotency-Key"],
            Answers = [(200, "SeriesDeleted")],
            Problems = [413, 422, 429, 503],
        });
        endpoints.MapApi("GET", Points, ReadAsync, new("readPoints", Tag, "Lists points in time order; as text/csv or application/x-ndjson all of them at once.")
        {
            Parameters = ["field", "tag", "tagNot", "tagMatches", "tagNotMatches", "tagIn", "eventFrom", "eventTo", "coarsePoints", "limit", "cursor", "asOf"],
            Answers = [(200, "SeriesPointList")],
            Problems = [410, 422],
        });
        endpoints.MapApi("GET", Stream + "/aggregate", AggregateAsync, new("aggregatePoints", Tag, "Computes functions of points by group and window.")
        {
            Parameters =
            [
                "field", "tag", "tagNot", "tagMatches", "tagNotMatches", "tagIn", "eventFrom", "eventTo", "fn", "window", "windowKind", "slide", "gap", "count", "magnitude", "tz", "groupBy", "linked", "limit", "cursor", "asOf",
            ],
            Answers = [(200, "SeriesAggregates")],
            Problems = [410, 413, 422],
        });
        endpoints.MapApi("GET", Streams, ListAsync, new("listStreams", Tag, "Lists the streams.")
        {
            Parameters = ["limit", "after"],
            Answers = [(200, "SeriesStreams")],
        });
        endpoints.MapApi("GET", Stream, DescribeAsync, new("describeStream", Tag, "Says which fields, tags and how many points a stream has.")
        {
            Answers = [(200, "SeriesStream")],
        });
        MapAnalytics(endpoints);
    }

    private static string GetWorkspace(ApiRequest request) => request.GetName(WorkspaceSegment, "workspace");

    private static string GetStream(ApiRequest request) => request.GetName(StreamSegment, "stream");
}
