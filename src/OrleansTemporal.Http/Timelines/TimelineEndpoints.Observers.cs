using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Requests;

namespace OrleansTemporal.Timelines;

/// <summary>Observers: what they record, what they are shown, what they are told.</summary>
internal static partial class TimelineEndpoints
{
    private const string Observers = Timeline + "/observers";
    private const string Observer = Observers + "/{observer}";
    private const int ObserverSegment = 5;

    private static void MapObservers(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapApi("GET", Observers, ListObserversAsync, new("listObservers", Tag, "Lists the observers in name order, those that were removed as well.")
        {
            Answers = [(200, "TimelineObservers")],
        });
        endpoints.MapApi("PUT", Observer, PutObserverAsync, new("putObserver", Tag, "Makes an observer, or gives it another policy.")
        {
            Parameters = ["Idempotency-Key"],
            Body = "ObserverPolicy",
            BodyIsOptional = true,
            Answers = [(200, "ObserverDefined"), (201, "ObserverDefined")],
            Problems = [422, 429, 503],
        });
        endpoints.MapApi("GET", Observer, GetObserverAsync, new("getObserver", Tag, "Shows the policy, the state and the metrics of an observer.")
        {
            Answers = [(200, "TimelineObserver")],
        });
        endpoints.MapApi("DELETE", Observer, request => ControlAsync(request, ObserverAction.Terminate), new("deleteObserver", Tag, "Has an observer record what waits, and removes it; its steps stay.")
        {
            Parameters = ["Idempotency-Key"],
            Answers = [(200, "ObserverTold")],
            Problems = [409, 422, 429, 503],
        });
        endpoints.MapApi("POST", Observer + "/states", ObserveAsync, new("observeState", Tag, "Shows a whole state to an observer, as JSON or as float32 values in little-endian order (application/octet-stream). 201: it is a step. 202: it waits in memory until it is due. 204: it does not differ enough.")
        {
            Parameters = ["Idempotency-Key"],
            Body = "ObserverCapture",
            BinaryBody = "The components as float32, little-endian.",
            Answers = [(201, "Observed"), (202, "Observed"), (204, null)],
            Problems = [409, 413, 422, 429, 503],
        });
        Tell(endpoints, "flush", ObserverAction.Flush, "flushObserver", "Records what waits.");
        Tell(endpoints, "pause", ObserverAction.Pause, "pauseObserver", "Records what waits, and refuses states from then on.");
        Tell(endpoints, "resume", ObserverAction.Resume, "resumeObserver", "Has an observer accept states again.");
    }

    private static void Tell(IEndpointRouteBuilder endpoints, string verb, ObserverAction action, string name, string summary) =>
        endpoints.MapApi("POST", $"{Observer}/{verb}", request => ControlAsync(request, action), new(name, Tag, summary)
        {
            Parameters = ["Idempotency-Key"],
            Body = action == ObserverAction.Pause ? "ObserverPausing" : null,
            BodyIsOptional = true,
            Answers = [(200, "ObserverTold")],
            Problems = [409, 422, 429, 503],
        });

    private static async Task ListObserversAsync(ApiRequest request)
    {
        var observers = await request.Database.Timelines.ListObserversAsync(request.GetReadCall(), GetWorkspace(request), GetTimeline(request), request.Cancellation);
        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteStartArray("value"u8);
        foreach (var observer in observers)
        {
            answer.Writer.WriteStartObject();
            WriteObserver(answer, observer);
            answer.Writer.WriteEndObject();
        }

        answer.Writer.WriteEndArray();
        Answers.WriteNextLink(answer, null);
        answer.Writer.WriteEndObject();
        await Answers.SendAsync(request, answer);
    }

    private static async Task PutObserverAsync(ApiRequest request)
    {
        ObserverPolicy policy;
        Receipt receipt;
        var isNew = true;
        var name = GetObserver(request);
        using (var body = await RequestBody.ReadAsync(request))
        {
            using (var document = JsonBody.ParseOptional(body.Bytes))
            {
                policy = ObserverJson.Read(document.RootElement);
            }

            var call = request.GetWriteCall(body.Bytes.Span);
            var known = await request.Database.Timelines.ListObserversAsync(request.GetReadCall(), GetWorkspace(request), GetTimeline(request), request.Cancellation);
            isNew = known.All(other => other.Name != name);
            receipt = await request.Database.Timelines.DefineObserverAsync(call, GetWorkspace(request), GetTimeline(request), name, policy, request.Cancellation);

            // What is repeated under a key is answered as it was the first time.
            isNew |= call.IdempotencyKey is not null && known.FirstOrDefault(other => other.Name == name)?.MadeSequence == receipt.Sequence;
        }

        Answers.StampRoot(request, receipt);
        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        Answers.WriteReceipt(answer, receipt);
        answer.Writer.WriteString("name"u8, name);
        ObserverJson.WriteMembers(answer.Writer, policy);
        answer.Writer.WriteEndObject();
        await Answers.SendAsync(request, answer, isNew ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }

    private static async Task GetObserverAsync(ApiRequest request)
    {
        var observer = await request.Database.Timelines.GetObserverAsync(request.GetReadCall(), GetWorkspace(request), GetTimeline(request), GetObserver(request), request.Cancellation);
        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        WriteObserver(answer, observer);
        answer.Writer.WriteEndObject();
        await Answers.SendAsync(request, answer);
    }

    private static async Task ObserveAsync(ApiRequest request)
    {
        ObserverResult result;
        using (var body = await RequestBody.ReadAsync(request))
        {
            var write = IsBinary(request.Http.Request.ContentType) ? ReadBinary(body.Bytes.Span) : ReadState(body.Bytes);
            if (write.Id is not null)
            {
                throw JsonBody.Unknown("id");
            }

            var capture = new ObserverCapture { Name = GetObserver(request), State = write.State, Metadata = write.Metadata };
            result = await request.Database.Timelines.ObserveAsync(request.GetWriteCall(body.Bytes.Span), GetWorkspace(request), GetTimeline(request), capture, request.Cancellation);
        }

        if (result.Outcome == ObserverOutcome.Filtered)
        {
            request.Http.Response.StatusCode = StatusCodes.Status204NoContent;
            Answers.StampSystemTime(request);
            return;
        }

        await AnswerAsync(request, result, result.Outcome == ObserverOutcome.Pending ? StatusCodes.Status202Accepted : StatusCodes.Status201Created, withStatus: false);
    }

    private static async Task ControlAsync(ApiRequest request, ObserverAction action)
    {
        ObserverResult result;
        using (var body = await RequestBody.ReadAsync(request))
        {
            var order = new ObserverOrder { Name = GetObserver(request), Action = action, Reason = ReadReason(body.Bytes) };
            result = await request.Database.Timelines.ControlObserverAsync(
                request.GetWriteCall(body.Bytes.Span), GetWorkspace(request), GetTimeline(request), order, request.Cancellation);
        }

        await AnswerAsync(request, result, StatusCodes.Status200OK, withStatus: true);
    }

    private static string ReadReason(ReadOnlyMemory<byte> body)
    {
        if (body.IsEmpty)
        {
            return "";
        }

        using var document = JsonBody.Parse(body);
        var reason = "";
        foreach (var member in document.RootElement.EnumerateObject())
        {
            reason = member.Name == "reason" ? JsonBody.GetText(member.Value, "reason") : throw JsonBody.Unknown(member.Name);
        }

        return reason;
    }

    private static Task AnswerAsync(ApiRequest request, ObserverResult result, int status, bool withStatus)
    {
        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        if (result.Receipt is { } receipt)
        {
            Answers.StampRoot(request, receipt);
            Answers.WriteReceipt(answer, receipt);
        }

        answer.Writer.WriteString("outcome"u8, result.Outcome switch
        {
            ObserverOutcome.Captured => "captured"u8,
            ObserverOutcome.Heartbeat => "heartbeat"u8,
            ObserverOutcome.Filtered => "filtered"u8,
            ObserverOutcome.Pending => "pending"u8,
            _ => "idle"u8,
        });
        answer.Writer.WriteNumber("pending"u8, result.PendingCount);
        if (withStatus)
        {
            answer.Writer.WriteString("state"u8, ObserverJson.NameOf(result.Status));
        }

        if (result.Delta is { } delta)
        {
            answer.Writer.WritePropertyName("delta"u8);
            WriteDelta(answer, delta);
        }

        answer.Writer.WriteEndObject();
        return Answers.SendAsync(request, answer, status);
    }

    private static void WriteObserver(JsonAnswer answer, ObserverInfo observer)
    {
        var json = answer.Writer;
        json.WriteString("name"u8, observer.Name);
        ObserverJson.WriteMembers(json, observer.Policy);
        json.WriteString("state"u8, ObserverJson.NameOf(observer.Status));
        json.WriteString("reason"u8, observer.Reason);
        json.WriteNumber("policySequence"u8, observer.ChangedSequence);
        json.WriteNumber("pending"u8, observer.PendingCount);
        if (observer.CapturedSequence > 0)
        {
            json.WriteStartObject("lastCapture"u8);
            json.WriteNumber("sequence"u8, observer.CapturedSequence);
            answer.WriteProperty("systemTime"u8, observer.CapturedTime);
            json.WriteEndObject();
        }

        var metrics = observer.Metrics;
        json.WriteStartObject("metrics"u8);
        json.WriteNumber("deltasCaptured"u8, metrics.DeltasCaptured);
        json.WriteNumber("deltasFiltered"u8, metrics.DeltasFiltered);
        json.WriteNumber("heartbeats"u8, metrics.Heartbeats);
        json.WriteNumber("statesCoalesced"u8, metrics.StatesCoalesced);
        json.WriteNumber("bytesProcessed"u8, metrics.BytesProcessed);
        json.WriteNumber("avgMagnitude"u8, metrics.AverageMagnitude);
        json.WriteString("lastError"u8, metrics.LastError);
        json.WriteEndObject();
    }

    private static string GetObserver(ApiRequest request) => request.GetName(ObserverSegment, "observer");
}
