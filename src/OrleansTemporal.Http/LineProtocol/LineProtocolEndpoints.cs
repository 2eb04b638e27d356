using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using OrleansTemporal.Causality;
using OrleansTemporal.OpenApi;
using OrleansTemporal.Requests;
using OrleansTemporal.Series;

namespace OrleansTemporal.LineProtocol;

/// <summary>The write route of InfluxDB 2, for agents that know only that.</summary>
internal static class LineProtocolEndpoints
{
    /// <summary>Maps it.</summary>
    internal static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapApi("POST", "/api/v2/write", WriteAsync, new("writeLines", "series", "Writes lines of InfluxDB's line protocol, plain or compressed, all or nothing; a measurement is a stream.")
        {
            Parameters = ["bucket", "precision", "Idempotency-Key"],
            Body = "Lines",
            BodyContentType = "text/plain",
            Answers = [(204, null)],
            Problems = [413, 422, 429, 503],
        });

    private static async Task WriteAsync(ApiRequest request)
    {
        var workspace = Names.Validate(
            QueryParameters.Find(request.Path, "bucket") ?? throw QueryParameters.Malformed("bucket", "'bucket' names a workspace."), "bucket");
        var unit = QueryParameters.Find(request.Path, "precision") switch
        {
            null or "ns" => 1,
            "us" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            _ => throw QueryParameters.Malformed("precision", "'precision' is ns, us, ms or s."),
        };
        using (var body = await RequestBody.ReadAsync(request))
        {
            var reader = new LineProtocolReader(unit, EventTime.FromDateTimeOffset(request.Now));
            reader.Read(body.Bytes.Span);
            if (reader.PointCount > 0)
            {
                var call = request.GetWriteCall(body.Bytes.Span);
                await request.Database.SeriesService.WriteAsync(call, workspace, [.. reader.Streams], request.Cancellation);
            }
        }

        request.Http.Response.StatusCode = StatusCodes.Status204NoContent;
        Answers.StampSystemTime(request);
    }
}
