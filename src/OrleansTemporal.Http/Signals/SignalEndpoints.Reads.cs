using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Requests;

namespace OrleansTemporal.Signals;

/// <summary>Scores, counts and leaders.</summary>
internal static partial class SignalEndpoints
{
    // Signals are read in steps, so that a request for ten thousand entities never holds all of them.
    private const int ReadManyStepCount = 256;

    private static async Task ReadAsync(ApiRequest request)
    {
        var (workspace, ledger) = (GetWorkspace(request), GetLedger(request));
        var query = new SignalQuery { Entities = [request.GetKey(EntitySegment)], At = FindAt(request.Path), AsOf = QueryParameters.GetAsOf(request.Path) };
        var found = await request.Database.SignalService.ReadAsync(request.GetReadCall(), workspace, ledger, query, request.Cancellation);
        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        SignalReadingJson.WriteMembers(answer.Writer, found.Readings[0]);
        SignalJson.WriteMoment(answer, found.At, found.SystemTime, query.AsOf);
        answer.Writer.WriteEndObject();
        await Answers.SendAsync(request, answer);
    }

    private static async Task ReadManyAsync(ApiRequest request)
    {
        var (workspace, ledger) = (GetWorkspace(request), GetLedger(request));
        SignalQuery query;
        using (var body = await RequestBody.ReadAsync(request))
        {
            query = ParseQuery(body.Bytes);
            query = query with { AsOf = QueryParameters.GetAsOf(request.Path, query.AsOf) };
        }

        var call = request.GetReadCall();
        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteStartArray("value"u8);
        SignalAnswer found;
        var start = 0;
        do
        {
            // A profile is one number for each, and comes best first, so all are read at once.
            var step = query.Profile is null ? query.Entities.Slice(start, Math.Min(ReadManyStepCount, query.Entities.Length - start)) : query.Entities;
            found = await request.Database.SignalService.ReadAsync(call, workspace, ledger, query with { Entities = step }, request.Cancellation);
            foreach (var reading in query.Profile is null ? found.Readings : [.. found.Readings.OrderByDescending(static reading => reading.Value)])
            {
                answer.Writer.WriteStartObject();
                SignalReadingJson.WriteMembers(answer.Writer, reading);
                answer.Writer.WriteEndObject();
            }

            // What was now for the first entities is the moment for the others.
            query = query with { At = found.At };
            if (answer.Length >= request.Options.AnswerBytesMax)
            {
                await Answers.SendPartAsync(request, answer);
            }

            start += step.Length;
        }
        while (start < query.Entities.Length);

        answer.Writer.WriteEndArray();
        Answers.WriteNextLink(answer, null);
        SignalJson.WriteMoment(answer, found.At, found.SystemTime, query.AsOf);
        answer.Writer.WriteEndObject();
        await Answers.SendAsync(request, answer);
    }

    private static async Task TopAsync(ApiRequest request)
    {
        var (workspace, ledger) = (GetWorkspace(request), GetLedger(request));
        var path = request.Path;
        var query = new SignalTopQuery
        {
            Signal = QueryParameters.Find(path, "signal"),
            Profile = QueryParameters.Find(path, "profile"),
            By = ParseBy(QueryParameters.Find(path, "by")),
            Window = FindSpan(path, "window"),
            HalfLife = FindSpan(path, "halfLife"),
            K = GetCount(path),
            At = FindAt(path),
            AsOf = QueryParameters.GetAsOf(path),
        };
        var top = await request.Database.SignalService.TopAsync(request.GetReadCall(), workspace, ledger, query, request.Cancellation);
        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteStartArray("value"u8);
        foreach (var rank in top.Ranks)
        {
            answer.Writer.WriteStartObject();
            answer.Writer.WriteString("entity"u8, rank.Entity);
            answer.Writer.WriteNumber("value"u8, rank.Value);
            answer.Writer.WriteEndObject();
        }

        answer.Writer.WriteEndArray();
        Answers.WriteNextLink(answer, null);
        SignalJson.WriteMoment(answer, top.At, top.SystemTime, query.AsOf);
        answer.Writer.WriteEndObject();
        await Answers.SendAsync(request, answer);
    }

    private static SignalQuery ParseQuery(ReadOnlyMemory<byte> body)
    {
        using var document = JsonBody.Parse(body);
        ImmutableArray<string>? entities = null;
        EventTime? at = null;
        var asOf = AsOf.Latest;
        string? profile = null;
        foreach (var property in document.RootElement.EnumerateObject())
        {
            var value = property.Value;
            switch (property.Name)
            {
                case "entities":
                    entities = ParseEntities(value);
                    break;
                case "at":
                    at = value.ValueKind == JsonValueKind.Null ? null : ParseEventTime(value, "at");
                    break;
                case "profile":
                    profile = value.ValueKind == JsonValueKind.Null ? null : JsonBody.GetText(value, "profile");
                    break;
                case "asOf":
                    asOf = value.ValueKind switch
                    {
                        JsonValueKind.Null => AsOf.Latest,
                        JsonValueKind.Number => QueryParameters.ParseAsOf(value.GetRawText()),
                        _ => QueryParameters.ParseAsOf(JsonBody.GetText(value, "asOf")),
                    };
                    break;
                default:
                    throw JsonBody.Unknown(property.Name);
            }
        }

        return new SignalQuery { Entities = entities ?? throw JsonBody.Invalid("entities", "'entities' is an array of ids."), At = at, AsOf = asOf, Profile = profile };
    }

    private static ImmutableArray<string> ParseEntities(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Array)
        {
            throw JsonBody.Invalid("entities", "'entities' is an array of ids.");
        }

        var count = element.GetArrayLength();
        if (count > Limits.BatchCountMax)
        {
            throw new TemporalException(ErrorKind.TooLarge, ErrorCodes.BatchTooLarge, $"At most {Limits.BatchCountMax} entities are read at once.")
            {
                Field = "entities",
                Limit = Limits.BatchCountMax,
            };
        }

        return [.. element.EnumerateArray().Select(static (item, index) => JsonBody.GetText(item, $"entities[{index}]"))];
    }

    private static SignalRankBy ParseBy(string? text) => text switch
    {
        null or "score" => SignalRankBy.Score,
        "count" => SignalRankBy.Count,
        "velocity" => SignalRankBy.Velocity,
        _ => throw QueryParameters.Malformed("by", "'by' is score, count or velocity."),
    };

    private static TimeSpan? FindSpan(PathSegments path, string name) =>
        QueryParameters.Find(path, name) is not { } text || (name == "window" && text == "all") ? null
        : Durations.TryParse(text, out var time) ? time
        : throw QueryParameters.Malformed(name, $"'{name}' is a duration such as 5m, 1h or 7d.");

    private static int GetCount(PathSegments path) =>
        QueryParameters.Find(path, "k") is not { } text ? new SignalTopQuery().K
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count
        : throw QueryParameters.Malformed("k", $"'k' is a whole number from 1 to {Limits.PageCountMax}.");
}
