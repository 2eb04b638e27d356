using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using OrleansTemporal.Causality;
using OrleansTemporal.OpenApi;
using OrleansTemporal.Requests;

namespace OrleansTemporal.Timelines;

/// <summary>The routes of timelines.</summary>
internal static partial class TimelineEndpoints
{
    private const string Tag = "timelines";
    private const string Timelines = "/v1/{workspace}/timelines";
    private const string Timeline = Timelines + "/{timeline}";

    private const int WorkspaceSegment = 1;
    private const int TimelineSegment = 3;
    private const int BranchSegment = 5;

    /// <summary>Maps them.</summary>
    internal static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapApi("GET", Timelines, ListAsync, new("listTimelines", Tag, "Lists the timelines in name order.")
        {
            Parameters = ["limit", "after"],
            Answers = [(200, "TimelineNames")],
        });
        endpoints.MapApi("PUT", Timeline, DefineAsync, new("putTimeline", Tag, "Makes a timeline, or gives it another policy or other metadata.")
        {
            Parameters = ["Idempotency-Key"],
            Body = "TimelineDefinition",
            Answers = [(200, "TimelineDefined"), (201, "TimelineDefined")],
            Problems = [409, 422, 429, 503],
        });
        endpoints.MapApi("GET", Timeline, GetAsync, new("getTimeline", Tag, "Shows what a timeline is and which branches it has.")
        {
            Answers = [(200, "Timeline")],
        });
        MapSteps(endpoints);
        MapReads(endpoints);
        MapTogether(endpoints);
        MapBranches(endpoints);
        MapObservers(endpoints);
    }

    private static async Task ListAsync(ApiRequest request)
    {
        var limit = QueryParameters.GetLimit(request.Path);
        var names = await request.Database.Timelines.ListNamesAsync(
            request.GetReadCall(), GetWorkspace(request), QueryParameters.Find(request.Path, "after"), QueryParameters.ToPeek(limit), request.Cancellation);
        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteStartArray("value"u8);
        foreach (var name in names.Take(limit))
        {
            answer.Writer.WriteStartObject();
            answer.Writer.WriteString("name"u8, name);
            answer.Writer.WriteEndObject();
        }

        answer.Writer.WriteEndArray();
        var link = QueryParameters.HasMore(limit, names.Length)
            ? Answers.ComposeLink(request, ("limit", limit.ToString(System.Globalization.CultureInfo.InvariantCulture)), ("after", names[limit - 1]))
            : null;
        Answers.WriteNextLink(answer, link);
        answer.Writer.WriteEndObject();
        await Answers.SendAsync(request, answer);
    }

    private static async Task DefineAsync(ApiRequest request)
    {
        TimelineDefinition definition;
        Receipt receipt;
        bool isThere;
        using (var body = await RequestBody.ReadAsync(request))
        {
            using (var document = JsonBody.Parse(body.Bytes))
            {
                definition = TimelineJson.Read(document.RootElement);
            }

            // What is repeated under a key is answered as it was the first time.
            var call = request.GetWriteCall(body.Bytes.Span);
            isThere = call.IdempotencyKey is null && await request.Database.Timelines.IsDefinedAsync(call, GetWorkspace(request), GetTimeline(request), request.Cancellation);
            receipt = await request.Database.Timelines.DefineAsync(call, GetWorkspace(request), GetTimeline(request), definition, request.Cancellation);
        }

        Answers.StampRoot(request, receipt);
        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        Answers.WriteReceipt(answer, receipt);
        TimelineJson.WriteMembers(answer.Writer, definition);
        answer.Writer.WriteEndObject();
        await Answers.SendAsync(request, answer, receipt.Sequence == 1 && !isThere ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }

    private static async Task GetAsync(ApiRequest request)
    {
        var info = await request.Database.Timelines.GetInfoAsync(request.GetReadCall(), GetWorkspace(request), GetTimeline(request), request.Cancellation);
        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteString("name"u8, GetTimeline(request));
        TimelineJson.WriteMembers(answer.Writer, info.Definition!);
        answer.Writer.WriteNumber("policySequence"u8, info.DefinitionSequence);
        answer.Writer.WriteNumber("deltas"u8, info.StepCount);
        answer.Writer.WriteNumber("letGo"u8, info.LetGoCount);
        answer.Writer.WriteNumber("buffered"u8, info.BufferedCount);
        answer.Writer.WriteStartArray("branches"u8);
        foreach (var branch in info.Branches)
        {
            WriteBranch(answer, branch);
        }

        answer.Writer.WriteEndArray();
        answer.Writer.WriteEndObject();
        await Answers.SendAsync(request, answer);
    }

    private static string GetWorkspace(ApiRequest request) => request.GetName(WorkspaceSegment, "workspace");

    private static string GetTimeline(ApiRequest request) => request.GetName(TimelineSegment, "timeline");

    private static string GetBranch(ApiRequest request) => QueryParameters.Find(request.Path, "branch") ?? "main";
}
