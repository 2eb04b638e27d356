using System.Globalization;
using Microsoft.AspNetCore.Routing;
using OrleansTemporal.Causality;
using OrleansTemporal.OpenApi;
using OrleansTemporal.Requests;

namespace OrleansTemporal.Series;

/// <summary>What points say beside each other: joins, anomalies, trends, correlations.</summary>
internal static partial class SeriesEndpoints
{
    private static void MapAnalytics(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapApi("GET", Stream + "/join", JoinAsync, new("joinStreams", Tag, "Joins points of two streams that belong together by event time and tags.")
        {
            Parameters = ["with", "field", "withField", "tag", "tagNot", "tagMatches", "on", "joinKind", "joinWithin", "eventFrom", "eventTo", "limit", "cursor", "asOf"],
            Answers = [(200, "SeriesJoin")],
            Problems = [413, 422],
        });
        endpoints.MapApi("GET", Stream + "/anomalies", ScoreAsync, new("scorePoints", Tag, "Says of each point how unusual it is beside those before it.")
        {
            Parameters = ["field", "tag", "tagNot", "tagMatches", "eventFrom", "eventTo", "history", "minScore", "limit", "cursor", "asOf"],
            Answers = [(200, "SeriesAnomalies")],
            Problems = [413, 422],
        });
        endpoints.MapApi("GET", Stream + "/trend", TrendAsync, new("getTrend", Tag, "Fits a line and a season, and forecasts.")
        {
            Parameters = ["field", "tag", "tagNot", "tagMatches", "eventFrom", "eventTo", "horizon", "step", "model", "asOf"],
            Answers = [(200, "SeriesTrend")],
            Problems = [413, 422, 503],
        });
        endpoints.MapApi("GET", Stream + "/correlations", CorrelateAsync, new("correlateStreams", Tag, "Lists fields of the workspace's streams that move with this one, and by how much later.")
        {
            Parameters = ["field", "tag", "tagNot", "tagMatches", "eventFrom", "eventTo", "step", "maxLag", "significance", "limit", "asOf"],
            Answers = [(200, "SeriesCorrelations")],
            Problems = [413, 422],
        });
        endpoints.MapApi("PUT", Stream + "/links", LinkAsync, new("linkStreams", Tag, "Says which streams belong to this one; aggregate?linked=true adds all of them up together.")
        {
            Parameters = ["Idempotency-Key"],
            Body = "SeriesLinks",
            Answers = [(200, "SeriesLinksWritten")],
            Problems = [413, 422, 429, 503],
        });
        endpoints.MapApi("GET", Stream + "/links", GetLinksAsync, new("getLinks", Tag, "Reads which streams belong to this one.")
        {
            Parameters = ["asOf"],
            Answers = [(200, "SeriesLinks")],
            Problems = [422],
        });
    }

    private static async Task JoinAsync(ApiRequest request)
    {
        var (asOf, limit) = (QueryParameters.GetAsOf(request.Path), QueryParameters.GetLimit(request.Path));
        var query = new SeriesJoinQuery
        {
            Selector = SeriesParameters.GetSelector(request.Path),
            With = Names.Validate(QueryParameters.Find(request.Path, "with") ?? throw QueryParameters.Malformed("with", "'with' names the other stream."), "with"),
            WithField = QueryParameters.Find(request.Path, "withField"),
            On = SeriesParameters.GetNames(request.Path, "on"),
            Kind = QueryParameters.Find(request.Path, "kind") switch
            {
                null or "interval" => SeriesJoinKind.Interval,
                "asof" => SeriesJoinKind.AsOf,
                _ => throw QueryParameters.Malformed("kind", "'kind' is interval or asof."),
            },
            Within = SeriesParameters.FindDuration(request.Path, "within", orZero: true),
            Limit = limit,
            After = SeriesJoinCursors.Find(request.Path),
            AsOf = asOf,
        };
        var page = await request.Database.SeriesService.JoinAsync(request.GetReadCall(), GetWorkspace(request), GetStream(request), query, request.Cancellation);
        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteStartArray("value"u8);
        foreach (var row in page.Rows)
        {
            SeriesAnalyticsJson.WriteJoined(answer.Writer, row, query);
        }

        answer.Writer.WriteEndArray();
        Answers.WriteNextLink(answer, page.Next is null ? null : ComposeNext(request, limit, asOf, page.SystemTime, SeriesJoinCursors.Format(page.Next)));
        Answers.WriteAsOf(answer, page.SystemTime, asOf);
        answer.Writer.WriteEndObject();
        await Answers.SendAsync(request, answer);
    }

    private static async Task ScoreAsync(ApiRequest request)
    {
        var (asOf, limit, cursor) = (QueryParameters.GetAsOf(request.Path), QueryParameters.GetLimit(request.Path), SeriesCursor.Find(request.Path));
        var query = new SeriesAnomalyQuery
        {
            Selector = SeriesParameters.GetSelector(request.Path),
            History = SeriesParameters.FindDuration(request.Path, "history") ?? 0,
            MinScore = SeriesParameters.FindShare(request.Path, "minScore") ?? 0,
            Limit = limit,
            After = cursor is { } place ? new SeriesPoint(place.Series, place.Time, 0) : null,
            AsOf = asOf,
        };
        var page = await request.Database.SeriesService.ScoreAsync(request.GetReadCall(), GetWorkspace(request), GetStream(request), query, request.Cancellation);
        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteStartArray("value"u8);
        foreach (var row in page.Rows)
        {
            SeriesAnalyticsJson.WriteAnomaly(answer.Writer, row, withField: query.Selector.Field is null);
        }

        answer.Writer.WriteEndArray();
        Answers.WriteNextLink(answer, !page.HasMore ? null : ComposeNext(
            request, limit, asOf, page.SystemTime, new SeriesCursor(page.Rows[^1].Point.Time, page.Rows[^1].Point.Series).ToString()));
        Answers.WriteAsOf(answer, page.SystemTime, asOf);
        answer.Writer.WriteEndObject();
        await Answers.SendAsync(request, answer);
    }

    private static async Task TrendAsync(ApiRequest request)
    {
        var asOf = QueryParameters.GetAsOf(request.Path);
        var query = new SeriesTrendQuery
        {
            Selector = SeriesParameters.GetSelector(request.Path),
            Horizon = SeriesParameters.FindDuration(request.Path, "horizon", orZero: true) ?? 0,
            Step = SeriesParameters.FindDuration(request.Path, "step"),
            Model = QueryParameters.Find(request.Path, "model"),
            AsOf = asOf,
        };
        var trend = await request.Database.SeriesService.TrendAsync(request.GetReadCall(), GetWorkspace(request), GetStream(request), query, request.Cancellation);
        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        SeriesAnalyticsJson.WriteTrend(answer.Writer, trend);
        Answers.WriteAsOf(answer, trend.SystemTime, asOf);
        answer.Writer.WriteEndObject();
        await Answers.SendAsync(request, answer);
    }

    private static async Task CorrelateAsync(ApiRequest request)
    {
        var asOf = QueryParameters.GetAsOf(request.Path);
        var query = new SeriesCorrelationQuery
        {
            Selector = SeriesParameters.GetSelector(request.Path),
            Step = SeriesParameters.FindDuration(request.Path, "step"),
            MaxLag = SeriesParameters.FindDuration(request.Path, "maxLag", orZero: true),
            Significance = SeriesParameters.FindShare(request.Path, "significance") ?? 0.01,
            Limit = QueryParameters.GetLimit(request.Path),
            AsOf = asOf,
        };
        var page = await request.Database.SeriesService.CorrelateAsync(request.GetReadCall(), GetWorkspace(request), GetStream(request), query, request.Cancellation);
        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteStartArray("value"u8);
        foreach (var row in page.Rows)
        {
            SeriesAnalyticsJson.WriteCorrelation(answer.Writer, row);
        }

        answer.Writer.WriteEndArray();
        Answers.WriteNextLink(answer, null);
        answer.Writer.WriteNumber("compared"u8, page.Compared);
        answer.Writer.WriteString("step"u8, SeriesDurations.Format(page.Step));
        Answers.WriteAsOf(answer, page.SystemTime, asOf);
        answer.Writer.WriteEndObject();
        await Answers.SendAsync(request, answer);
    }
}
