using System.Collections.Immutable;
using System.Reflection;
using Microsoft.AspNetCore.Routing;
using OrleansTemporal.Errors;
using OrleansTemporal.OpenApi;
using OrleansTemporal.Requests;

namespace OrleansTemporal.PromQl;

/// <summary>The Prometheus HTTP API for reading, as far as Grafana and other clients of it need.</summary>
internal static class PromQlEndpoints
{
    private const string Api = "/prom/{workspace}/api/v1/";
    private const string Tag = "prometheus";
    private const int WorkspaceSegment = 1;
    private const int LabelSegment = 5;

    // Which behaviour clients may rely on: they read it as the version of Prometheus.
    private const string Version = "3.0.0";

    private static readonly string[] Matching = ["promMatch", "promStart", "promEnd", "promLimit", "asOf"];

    /// <summary>Maps the routes, each for parameters in the target and for a form.</summary>
    internal static void Map(IEndpointRouteBuilder endpoints)
    {
        Map(endpoints, "query", "promQuery", "Answers a query in PromQL for one moment.", QueryAsync, ["promQl", "promTime", "asOf"], "PromAnswer");
        Map(endpoints, "query_range", "promQueryRange", "Answers a query in PromQL for each step of a range.", QueryRangeAsync, ["promQl", "promStart", "promEnd", "promStep", "asOf"], "PromAnswer");
        Map(endpoints, "labels", "promLabels", "Lists the names of labels.", LabelsAsync, Matching, "PromTexts");
        Map(endpoints, "label/{labelName}/values", "promLabelValues", "Lists the values of a label.", LabelValuesAsync, Matching, "PromTexts");
        Map(endpoints, "series", "promSeries", "Lists the series that selectors mean.", SeriesAsync, Matching, "PromSeriesList");
        Map(endpoints, "metadata", "promMetadata", "Says what metrics there are.", MetadataAsync, ["promMetric", "promLimit"], "PromMetadata");
        Map(endpoints, "status/buildinfo", "promBuildInfo", "Says which version of the API this is.", BuildInfoAsync, [], "PromBuildInfo");
    }

    private static void Map(
        IEndpointRouteBuilder endpoints, string route, string operation, string summary, Func<ApiRequest, PromParameters, Task> handler, string[] parameters, string schema)
    {
        var description = new ApiDescription(operation, Tag, summary) { Parameters = parameters, Answers = [(200, schema)] };
        endpoints.MapApi("GET", Api + route, request => HandleAsync(request, handler), description);
        endpoints.MapApi("POST", Api + route, request => HandleAsync(request, handler), description with
        {
            OperationId = operation + "ByForm",
            Summary = summary + " Parameters may be in the body.",
            Body = "PromForm",
            BodyContentType = "application/x-www-form-urlencoded",
            BodyIsOptional = true,
        });
    }

    // What is wrong with a request is said in the envelope that its clients show; the rest is said as everywhere.
    private static async Task HandleAsync(ApiRequest request, Func<ApiRequest, PromParameters, Task> handler)
    {
        try
        {
            await handler(request, await PromParameters.ReadAsync(request));
        }
        catch (TemporalException refusal) when (refusal.Kind is ErrorKind.Invalid or ErrorKind.TooLarge or ErrorKind.NotFound or ErrorKind.Gone && !request.Http.Response.HasStarted)
        {
            await PromJson.RefuseAsync(request, refusal);
        }
    }

    private static async Task QueryAsync(ApiRequest request, PromParameters parameters)
    {
        var at = parameters.FindMoment("time") ?? request.Now.ToUnixTimeMilliseconds();
        var asOf = parameters.GetAsOf();
        await SendAsync(request, asOf, await request.Database.PromQl.QueryAsync(request.GetReadCall(), GetWorkspace(request), parameters.Get("query"), at, asOf, request.Cancellation));
    }

    private static async Task QueryRangeAsync(ApiRequest request, PromParameters parameters)
    {
        var (grid, asOf) = (parameters.GetGrid(), parameters.GetAsOf());
        await SendAsync(request, asOf, await request.Database.PromQl.QueryRangeAsync(request.GetReadCall(), GetWorkspace(request), parameters.Get("query"), grid, asOf, request.Cancellation));
    }

    private static async Task LabelsAsync(ApiRequest request, PromParameters parameters)
    {
        var series = await ListAsync(request, parameters);
        await SendAsync(request, series.SelectMany(static labels => labels.Pairs.Select(static pair => pair.Key)), parameters.GetLimit());
    }

    private static async Task LabelValuesAsync(ApiRequest request, PromParameters parameters)
    {
        var label = request.Path[LabelSegment];
        if (!PromNames.IsLabel(label))
        {
            throw QueryParameters.Malformed("labelName", $"'{label}' is no label: letters, digits and underscores make one.");
        }

        var series = await ListAsync(request, parameters);
        await SendAsync(request, series.Select(labels => labels[label]).Where(static value => value.Length > 0), parameters.GetLimit());
    }

    private static async Task SeriesAsync(ApiRequest request, PromParameters parameters)
    {
        parameters.Get("match[]");
        var (series, limit) = (await ListAsync(request, parameters), parameters.GetLimit());
        var answer = PromJson.Begin();
        answer.Writer.WriteStartArray();
        foreach (var labels in series.Take(limit))
        {
            PromJson.WriteLabels(answer.Writer, labels);
        }

        answer.Writer.WriteEndArray();
        await PromJson.EndAsync(request, answer, WarningOf(series.Length, limit));
    }

    private static async Task MetadataAsync(ApiRequest request, PromParameters parameters)
    {
        var wanted = parameters.Find("metric") is { Length: > 0 } name ? name : null;
        var limit = parameters.GetLimit();
        var metrics = await request.Database.PromQl.ListMetricsAsync(request.GetReadCall(), GetWorkspace(request), parameters.GetAsOf(), request.Cancellation);
        var answer = PromJson.Begin();
        answer.Writer.WriteStartObject();
        foreach (var metric in metrics.Where(metric => wanted is null || metric.Name == wanted).GroupBy(static metric => metric.Name).Take(limit))
        {
            answer.Writer.WriteStartArray(metric.Key);
            foreach (var (_, stream, field) in metric)
            {
                answer.Writer.WriteStartObject();
                answer.Writer.WriteString("type"u8, "unknown"u8);
                answer.Writer.WriteString("help"u8, $"Field '{field}' of stream '{stream}'.");
                answer.Writer.WriteString("unit"u8, ""u8);
                answer.Writer.WriteEndObject();
            }

            answer.Writer.WriteEndArray();
        }

        answer.Writer.WriteEndObject();
        await PromJson.EndAsync(request, answer);
    }

    private static Task BuildInfoAsync(ApiRequest request, PromParameters parameters)
    {
        var answer = PromJson.Begin();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteString("version"u8, Version);
        answer.Writer.WriteString("revision"u8, $"OrleansTemporal {typeof(PromQlEndpoints).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion}");
        answer.Writer.WriteString("branch"u8, ""u8);
        answer.Writer.WriteString("buildUser"u8, ""u8);
        answer.Writer.WriteString("buildDate"u8, ""u8);
        answer.Writer.WriteString("goVersion"u8, ""u8);
        answer.Writer.WriteEndObject();
        return PromJson.EndAsync(request, answer);
    }

    private static string GetWorkspace(ApiRequest request) => request.GetName(WorkspaceSegment, "workspace");

    // Moments are looked at, and narrow nothing: what was ever written is listed.
    private static ValueTask<ImmutableArray<PromLabels>> ListAsync(ApiRequest request, PromParameters parameters)
    {
        parameters.FindMoment("start");
        parameters.FindMoment("end");
        return request.Database.PromQl.ListSeriesAsync(request.GetReadCall(), GetWorkspace(request), parameters.GetSelections(), parameters.GetAsOf(), request.Cancellation);
    }

    private static Task SendAsync(ApiRequest request, Causality.AsOf asOf, PromAnswer found)
    {
        var answer = PromJson.Begin();
        PromJson.WriteAnswer(answer, found, asOf);
        return PromJson.EndAsync(request, answer, found.Warning);
    }

    private static Task SendAsync(ApiRequest request, IEnumerable<string> texts, int limit)
    {
        var all = texts.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
        var answer = PromJson.Begin();
        answer.Writer.WriteStartArray();
        foreach (var text in all.Take(limit))
        {
            answer.Writer.WriteStringValue(text);
        }

        answer.Writer.WriteEndArray();
        return PromJson.EndAsync(request, answer, WarningOf(all.Length, limit));
    }

    private static string? WarningOf(int count, int limit) => count > limit ? $"There are {count}; the limit shows {limit}." : null;
}
