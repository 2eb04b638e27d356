using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using OrleansTemporal.Causality;
using OrleansTemporal.Requests;

namespace OrleansTemporal.Timelines;

/// <summary>States, differences, evolutions, lists of steps, verification.</summary>
internal static partial class TimelineEndpoints
{
    // Numbers that are written before what there is is sent: a state of millions is never in memory as text.
    private const int NumbersPerPart = 16_384;

    private static void MapReads(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapApi("GET", Timeline + "/state", GetStateAsync, new("getState", Tag, "Reads the state at a place of a line, as JSON or, when that is accepted, as float32 values in little-endian order.")
        {
            Parameters = ["onBranch", "asOf", "label", "coarse"],
            Answers = [(200, "TimelineState")],
            Problems = [410, 422],
        });
        endpoints.MapApi("GET", Timeline + "/diff", DiffAsync, new("diffStates", Tag, "Shows what differs between two places of a line.")
        {
            Parameters = ["onBranch", "fromMoment", "toMoment"],
            Answers = [(200, "TimelineDiff")],
            Problems = [410, 422],
        });
        endpoints.MapApi("GET", Timeline + "/evolution", EvolveAsync, new("getEvolution", Tag, "Lists the values that one component took.")
        {
            Parameters = ["onBranch", "index", "fromMoment", "toMoment", "limit", "after"],
            Answers = [(200, "TimelineEvolution")],
            Problems = [410, 422],
        });
        endpoints.MapApi("GET", Timeline + "/deltas", ListDeltasAsync, new("listDeltas", Tag, "Lists steps with what they follow from, oldest first; parameters that begin with metadata. ask for pairs; without branch those of all branches. As a batch of bytes when application/octet-stream is accepted (its next page stands in the Link header); by windows of one branch, the deltas of each as one, when any parameter of windows is there.")
        {
            Parameters = ["onBranch", "fromMoment", "toMoment", "limit", "after", "values", "parentOf", "rootOf", "text", "deltaWindow", "windowCount", "windowBytes", "closeOn"],
            Answers = [(200, "TimelineDeltasOrWindows")],
            Problems = [422],
        });
        endpoints.MapApi("GET", Timeline + "/verify", VerifyAsync, new("verifyTimeline", Tag, "Reads deltas back from storage: commitments, the chain of roots, hashes of states.")
        {
            Parameters = ["fromSequence", "toSequence"],
            Answers = [(200, "TimelineVerified")],
            Problems = [422],
        });
    }

    private static async Task GetStateAsync(ApiRequest request)
    {
        var moment = new TimelineMoment { Branch = GetBranch(request), AsOf = QueryParameters.GetAsOf(request.Path), Label = QueryParameters.Find(request.Path, "label"), IsCoarse = QueryParameters.Find(request.Path, "coarse") == "true" };
        var state = await request.Database.Timelines.GetStateAsync(request.GetReadCall(), GetWorkspace(request), GetTimeline(request), moment, request.Cancellation);
        request.Http.Response.Headers[HeaderNames.Root] = state.Root.ToString();
        if (AcceptsBinary(request))
        {
            await SendBytesAsync(request, state.Values);
            return;
        }

        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteNumber("dimensions"u8, state.Values.Length);
        answer.Writer.WriteNumber("sequence"u8, state.Sequence);
        answer.WriteProperty("root"u8, state.Root);
        if (state.Resolution is { } resolution)
        {
            answer.Writer.WriteString("resolution"u8, resolution);
        }

        Answers.WriteAsOf(answer, state.SystemTime, moment.AsOf);
        await WriteNumbersAsync(request, answer, "state", state.Values);
        answer.Writer.WriteEndObject();
        await Answers.SendAsync(request, answer);
    }

    private static async Task DiffAsync(ApiRequest request)
    {
        var span = GetSpan(request);
        var diff = await request.Database.Timelines.DiffAsync(request.GetReadCall(), GetWorkspace(request), GetTimeline(request), span, request.Cancellation);
        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteNumber("fromSequence"u8, diff.FromSequence);
        answer.Writer.WriteNumber("toSequence"u8, diff.ToSequence);
        answer.Writer.WriteNumber("l2Norm"u8, diff.L2Norm);
        await WriteNumbersAsync(request, answer, "indices", diff.Indices);
        await WriteNumbersAsync(request, answer, "values", diff.Values);
        answer.Writer.WriteEndObject();
        await Answers.SendAsync(request, answer);
    }

    private static async Task EvolveAsync(ApiRequest request)
    {
        var limit = QueryParameters.GetLimit(request.Path);
        var query = new TimelineEvolutionQuery
        {
            Span = GetSpan(request),
            Index = GetIndex(request.Path),
            AfterSequence = GetSequence(request.Path, "after"),
            Limit = limit,
        };
        var evolution = await request.Database.Timelines.EvolveAsync(request.GetReadCall(), GetWorkspace(request), GetTimeline(request), query, request.Cancellation);
        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteStartArray("value"u8);
        foreach (var point in evolution.Points)
        {
            answer.Writer.WriteStartObject();
            answer.Writer.WriteNumber("sequence"u8, point.Sequence);
            answer.WriteProperty("systemTime"u8, point.SystemTime);
            answer.Writer.WriteNumber("value"u8, point.Value);
            answer.Writer.WriteEndObject();
        }

        answer.Writer.WriteEndArray();
        WriteNextLink(request, answer, limit, evolution.HasMore ? evolution.Points[^1].Sequence : null, ("index", QueryParameters.Find(request.Path, "index")));
        answer.Writer.WriteEndObject();
        await Answers.SendAsync(request, answer);
    }

    private static async Task ListDeltasAsync(ApiRequest request)
    {
        if (GetWindows(request.Path) is { } windows)
        {
            await ListWindowsAsync(request, windows);
            return;
        }

        var isBinary = AcceptsBinary(request);
        var limit = QueryParameters.GetLimit(request.Path);
        var pairs = QueryParameters.FindWithPrefix(request.Path, "metadata.");
        var query = new TimelineDeltaQuery
        {
            Span = GetSpan(request),
            AllBranches = QueryParameters.Find(request.Path, "branch") is null,
            Metadata = [.. pairs],
            AfterSequence = GetSequence(request.Path, "after"),
            Limit = limit,
            WithValues = isBinary || QueryParameters.GetFlag(request.Path, "values"),
            ParentSequence = QueryParameters.Find(request.Path, "parent") is null ? null : GetSequence(request.Path, "parent"),
            Root = GetRoot(request.Path),
            Text = QueryParameters.Find(request.Path, "text"),
        };
        var page = await request.Database.Timelines.ListAsync(request.GetReadCall(), GetWorkspace(request), GetTimeline(request), query, request.Cancellation);
        if (isBinary)
        {
            var info = await request.Database.Timelines.GetInfoAsync(request.GetReadCall(), GetWorkspace(request), GetTimeline(request), request.Cancellation);
            var next = page.HasMore ? NextLink(request, limit, page.Deltas[^1].Sequence, [.. FiltersOf(request.Path), .. pairs.Select(static pair => ($"metadata.{pair.Key}", (string?)pair.Value))]) : null;
            await SendBatchAsync(request, page, info.Definition!.Dimensions, next);
            return;
        }

        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteStartArray("value"u8);
        foreach (var delta in page.Deltas)
        {
            await WriteDeltaAsync(request, answer, delta, query.WithValues);
        }

        answer.Writer.WriteEndArray();
        WriteNextLink(request, answer, limit, page.HasMore ? page.Deltas[^1].Sequence : null, [("values", QueryParameters.Find(request.Path, "values")), .. FiltersOf(request.Path), .. pairs.Select(static pair => ($"metadata.{pair.Key}", (string?)pair.Value))]);
        answer.Writer.WriteEndObject();
        await Answers.SendAsync(request, answer);
    }

    private static async Task VerifyAsync(ApiRequest request)
    {
        var (from, to) = (GetSequence(request.Path, "from"), GetSequence(request.Path, "to"));
        var report = await request.Database.Timelines.VerifyAsync(request.GetReadCall(), GetWorkspace(request), GetTimeline(request), Math.Max(from, 1), to, request.Cancellation);
        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteBoolean("verified"u8, report.Fault is null);
        answer.Writer.WriteNumber("deltas"u8, report.DeltaCount);
        answer.Writer.WriteNumber("states"u8, report.StateCount);
        answer.WriteProperty("root"u8, report.Root);
        if (report.Fault is { } fault)
        {
            answer.Writer.WriteString("fault"u8, fault);
        }

        answer.Writer.WriteEndObject();
        await Answers.SendAsync(request, answer);
    }

    private static async ValueTask WriteNumbersAsync<T>(ApiRequest request, JsonAnswer answer, string name, ReadOnlyMemory<T> values)
        where T : struct
    {
        answer.Writer.WriteStartArray(name);
        for (var first = 0; first < values.Length; first += NumbersPerPart)
        {
            WriteNumbers(answer, values.Slice(first, Math.Min(NumbersPerPart, values.Length - first)));
            if (first + NumbersPerPart < values.Length)
            {
                await Answers.SendPartAsync(request, answer);
            }
        }

        answer.Writer.WriteEndArray();
    }

    private static void WriteNumbers<T>(JsonAnswer answer, ReadOnlyMemory<T> values)
        where T : struct
    {
        if (typeof(T) == typeof(float))
        {
            foreach (var value in MemoryMarshal.Cast<T, float>(values.Span))
            {
                answer.Writer.WriteNumberValue(value);
            }
        }
        else
        {
            foreach (var value in MemoryMarshal.Cast<T, int>(values.Span))
            {
                answer.Writer.WriteNumberValue(value);
            }
        }
    }

    private static async Task SendBytesAsync(ApiRequest request, ReadOnlyMemory<float> values)
    {
        var response = request.Http.Response;
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = Binary;
        response.ContentLength = (long)values.Length * sizeof(float);
        Answers.StampSystemTime(request);
        for (var first = 0; first < values.Length; first += NumbersPerPart)
        {
            var part = values.Slice(first, Math.Min(NumbersPerPart, values.Length - first));
            MemoryMarshal.AsBytes(part.Span).CopyTo(response.BodyWriter.GetSpan(part.Length * sizeof(float)));
            response.BodyWriter.Advance(part.Length * sizeof(float));
            await response.BodyWriter.FlushAsync(request.Cancellation);
        }
    }

    private static TimelineSpan GetSpan(ApiRequest request) => new()
    {
        Branch = GetBranch(request),
        From = GetMoment(request.Path, "from"),
        To = GetMoment(request.Path, "to"),
    };

    private static (string Name, string? Value)[] FiltersOf(PathSegments path) =>
        [("parent", QueryParameters.Find(path, "parent")), ("root", QueryParameters.Find(path, "root")), ("text", QueryParameters.Find(path, "text"))];

    private static Distinction? GetRoot(PathSegments path) => QueryParameters.Find(path, "root") is not { } text ? null
        : Distinction.TryParse(text, out var root) ? root
        : throw QueryParameters.Malformed("root", "'root' is 64 hexadecimal digits.");

    private static AsOf GetMoment(PathSegments path, string name) =>
        QueryParameters.Find(path, name) is { } text ? QueryParameters.ParseAsOf(text, name) : AsOf.Latest;

    private static int GetIndex(PathSegments path) =>
        int.TryParse(QueryParameters.Find(path, "index"), NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            ? index
            : throw QueryParameters.Malformed("index", "'index' is a component, from 0.");

    private static long GetSequence(PathSegments path, string name)
    {
        if (QueryParameters.Find(path, name) is not { } text)
        {
            return 0;
        }

        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var sequence)
            ? sequence
            : throw QueryParameters.Malformed(name, $"'{name}' is a sequence number.");
    }

    private static void WriteNextLink(ApiRequest request, JsonAnswer answer, int limit, long? after, params ReadOnlySpan<(string Name, string? Value)> others)
    {
        Answers.WriteNextLink(answer, after is { } sequence ? NextLink(request, limit, sequence, others) : null);
    }

    private static string NextLink(ApiRequest request, int limit, long after, params ReadOnlySpan<(string Name, string? Value)> others) => Answers.ComposeLink(
        request,
        [
            ("branch", QueryParameters.Find(request.Path, "branch")),
            ("from", QueryParameters.Find(request.Path, "from")),
            ("to", QueryParameters.Find(request.Path, "to")),
            .. others,
            ("limit", limit.ToString(CultureInfo.InvariantCulture)),
            ("after", after.ToString(CultureInfo.InvariantCulture)),
        ]);

    private static bool AcceptsBinary(ApiRequest request) => AcceptedMedia.Choose(request.Http.Request.Headers.Accept.ToString(), Binary) is not null;

    private static void WriteDelta(JsonAnswer answer, TimelineDelta delta)
    {
        answer.Writer.WriteStartObject();
        WriteMembers(answer, delta);
        answer.Writer.WriteEndObject();
    }

    private static async ValueTask WriteDeltaAsync(ApiRequest request, JsonAnswer answer, TimelineDelta delta, bool withValues)
    {
        answer.Writer.WriteStartObject();
        WriteMembers(answer, delta);
        if (withValues)
        {
            await WriteNumbersAsync(request, answer, "indices", delta.Indices);
            await WriteNumbersAsync(request, answer, "values", delta.Values);
        }

        answer.Writer.WriteEndObject();
    }

    private static void WriteMembers(JsonAnswer answer, TimelineDelta delta)
    {
        var json = answer.Writer;
        json.WriteString("id"u8, delta.Id);
        json.WriteNumber("sequence"u8, delta.Sequence);
        answer.WriteProperty("systemTime"u8, delta.SystemTime);
        answer.WriteProperty("root"u8, delta.Root);
        json.WriteString("branch"u8, delta.Branch);
        json.WriteString("change"u8, delta.Change switch
        {
            TimelineChange.Capture => "capture"u8,
            TimelineChange.Apply => "apply"u8,
            TimelineChange.Rollback => "rollback"u8,
            TimelineChange.Observe => "observe"u8,
            _ => "merge"u8,
        });
        json.WriteStartArray("parents"u8);
        foreach (var parent in delta.Parents)
        {
            json.WriteNumberValue(parent);
        }

        json.WriteEndArray();
        json.WriteNumber("dimensionsChanged"u8, delta.DimensionsChanged);
        json.WriteNumber("l2Norm"u8, delta.L2Norm);
        json.WriteNumber("maxComponent"u8, delta.MaxComponent);
        json.WriteNumber("density"u8, delta.Density);
        if (delta.RestoredSequence is { } restored)
        {
            json.WriteNumber("restored"u8, restored);
        }

        if (delta.Resolution is { } resolution)
        {
            json.WriteNumber("composed"u8, delta.ComposedCount);
            json.WriteString("resolution"u8, resolution);
        }

        json.WriteStartObject("metadata"u8);
        foreach (var (key, value) in delta.Metadata)
        {
            json.WriteString(key, value);
        }

        json.WriteEndObject();
    }
}
