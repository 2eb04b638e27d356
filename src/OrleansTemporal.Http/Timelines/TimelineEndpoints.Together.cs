using System.Globalization;
using Microsoft.AspNetCore.Routing;
using OrleansTemporal.Requests;

namespace OrleansTemporal.Timelines;

/// <content>Components that change together.</content>
internal static partial class TimelineEndpoints
{
    private static readonly (string Name, CoOccurrenceMeasure Measure)[] Measures =
    [
        ("coOccurrence", CoOccurrenceMeasure.CoOccurrence),
        ("lift", CoOccurrenceMeasure.Lift),
        ("correlation", CoOccurrenceMeasure.Correlation),
    ];

    private static void MapTogether(IEndpointRouteBuilder endpoints) =>
        endpoints.MapApi("GET", Timeline + "/cooccurrence", FindTogetherAsync, new("getCoOccurrence", Tag, "Finds components that change in the same steps, two by two and in groups; over the most frequent ones, and of very many steps over the newest.")
        {
            Parameters = ["onBranch", "fromMoment", "toMoment", "measure", "threshold", "changesMin", "components", "limit"],
            Answers = [(200, "CoOccurrence")],
            Problems = [422],
        });

    private static async Task FindTogetherAsync(ApiRequest request)
    {
        var query = new CoOccurrenceQuery
        {
            Span = GetSpan(request),
            By = GetMeasure(request.Path),
            Threshold = GetThreshold(request.Path),
            ChangesMin = GetCount(request.Path, "changesMin", 2),
            Components = GetCount(request.Path, "components", CoOccurrenceQuery.ComponentsDefault),
            Limit = QueryParameters.GetLimit(request.Path),
        };
        var found = await request.Database.Timelines.FindTogetherAsync(request.GetReadCall(), GetWorkspace(request), GetTimeline(request), query, request.Cancellation);
        var answer = JsonAnswer.Rent();
        var json = answer.Writer;
        json.WriteStartObject();
        json.WriteNumber("steps"u8, found.StepCount);
        json.WriteNumber("components"u8, found.ComponentCount);
        json.WriteNumber("pairCount"u8, found.PairCount);
        json.WriteStartArray("value"u8);
        foreach (var pair in found.Pairs)
        {
            json.WriteStartObject();
            json.WriteNumber("left"u8, pair.Left);
            json.WriteNumber("right"u8, pair.Right);
            json.WriteNumber("together"u8, pair.Together);
            json.WriteNumber("leftChanges"u8, pair.LeftChanges);
            json.WriteNumber("rightChanges"u8, pair.RightChanges);
            json.WriteNumber("coOccurrence"u8, pair.CoOccurrence);
            json.WriteNumber("lift"u8, pair.Lift);
            json.WriteNumber("correlation"u8, pair.Correlation);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("groups"u8);
        foreach (var group in found.Groups)
        {
            json.WriteStartArray();
            foreach (var component in group)
            {
                json.WriteNumberValue(component);
            }

            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        await Answers.SendAsync(request, answer);
    }

    private static CoOccurrenceMeasure GetMeasure(PathSegments path) => QueryParameters.Find(path, "by") is not { } name ? CoOccurrenceMeasure.CoOccurrence
        : Array.Find(Measures, measure => measure.Name == name) is { Name: not null } found ? found.Measure
        : throw QueryParameters.Malformed("by", "'by' is coOccurrence, lift or correlation.");

    private static double GetThreshold(PathSegments path) => QueryParameters.Find(path, "threshold") is not { } text ? CoOccurrenceQuery.ThresholdDefault
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var threshold) ? threshold
        : throw QueryParameters.Malformed("threshold", "'threshold' is a number of at least 0.");

    private static int GetCount(PathSegments path, string name, int otherwise) => QueryParameters.Find(path, name) is not { } text ? otherwise
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count
        : throw QueryParameters.Malformed(name, $"'{name}' is a whole number.");
}
