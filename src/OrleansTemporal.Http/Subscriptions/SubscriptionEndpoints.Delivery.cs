using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Channels;
using OrleansTemporal.Errors;
using OrleansTemporal.Requests;

namespace OrleansTemporal.Subscriptions;

// Handed out, acknowledged, given back.
internal static partial class SubscriptionEndpoints
{
    // Shorter than what proxies between here and the reader wait before they cut a quiet connection.
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    private static async Task PullAsync(ApiRequest request)
    {
        var (max, wait) = (GetMax(request), GetWait(request));
        using var patience = request.Park();
        var batch = await request.Database.Subscriptions.PullAsync(
            request.GetReadCall(), GetWorkspace(request), GetId(request), max, wait, explains: true, patience.Token);
        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteStartArray("value"u8);
        for (var i = 0; i < batch.Deltas.Length; i++)
        {
            DeltaJson.Write(answer.Writer, batch.Deltas[i], batch.Explanations[i], batch.Cursors[i]);
        }

        answer.Writer.WriteEndArray();
        answer.Writer.WriteString("cursor"u8, batch.Next.ToString());
        answer.Writer.WriteString("status"u8, SubscriptionJson.NameOf(batch.Status));
        answer.Writer.WriteNumber("tries"u8, batch.Tries);
        answer.Writer.WriteBoolean("hasMore"u8, batch.HasMore);
        answer.Writer.WriteEndObject();
        await Answers.SendAsync(request, answer, StatusCodes.Status200OK, patience.Token);
    }

    private static async Task StreamAsync(ApiRequest request)
    {
        ChannelCursor? after = request.GetHeader("Last-Event-ID") is { } last ? ReadCursor(last, "Last-Event-ID") : null;
        using var patience = request.Park();
        var (call, workspace, id) = (request.GetReadCall(), GetWorkspace(request), GetId(request));

        // What can be refused is refused before anything is sent.
        await request.Database.Subscriptions.CheckAsync(call, workspace, id, after, request.Cancellation);
        var response = request.Http.Response;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-store";
        response.Headers["X-Accel-Buffering"] = "no";
        response.Headers.XContentTypeOptions = "nosniff";
        Answers.StampSystemTime(request);
        request.Http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        using var events = new EventWriter(response.BodyWriter);
        try
        {
            await events.BeginAsync(patience.Token);
            await foreach (var batch in request.Database.Subscriptions.FollowAsync(call, workspace, id, after, Heartbeat, explains: true, patience.Token))
            {
                await events.WriteAsync(batch, patience.Token);
            }
        }
        catch (OperationCanceledException) when (patience.IsOver)
        {
            // The reader has gone, or the server stops: the reader resumes by its last id.
            return;
        }
        catch (TemporalException ended) when (ended.Kind == ErrorKind.NotFound)
        {
            // The subscription was ended; there is nothing to resume.
            return;
        }
    }

    private static async Task AcknowledgeAsync(ApiRequest request)
    {
        ChannelCursor cursor;
        Distinction? stateHash;
        CallContext call;
        using (var body = await RequestBody.ReadAsync(request))
        {
            (cursor, stateHash) = SubscriptionBody.ReadAcknowledgement(body.Bytes);
            call = request.GetWriteCall(body.Bytes.Span);
        }

        await SendStateAsync(request, await request.Database.Subscriptions.AcknowledgeAsync(call, GetWorkspace(request), GetId(request), cursor, stateHash, request.Cancellation));
    }

    private static async Task ReturnAsync(ApiRequest request)
    {
        ChannelCursor cursor;
        CallContext call;
        using (var body = await RequestBody.ReadAsync(request))
        {
            cursor = SubscriptionBody.ReadCursor(body.Bytes);
            call = request.GetWriteCall(body.Bytes.Span);
        }

        await SendStateAsync(request, await request.Database.Subscriptions.ReturnAsync(call, GetWorkspace(request), GetId(request), cursor, request.Cancellation));
    }

    private static async Task PauseAsync(ApiRequest request) =>
        await SendStateAsync(request, await request.Database.Subscriptions.PauseAsync(request.GetWriteCall([]), GetWorkspace(request), GetId(request), request.Cancellation));

    private static async Task ResumeAsync(ApiRequest request) =>
        await SendStateAsync(request, await request.Database.Subscriptions.ResumeAsync(request.GetWriteCall([]), GetWorkspace(request), GetId(request), request.Cancellation));

    private static async Task DeadAsync(ApiRequest request)
    {
        var limit = QueryParameters.GetLimit(request.Path);
        var after = QueryParameters.Find(request.Path, "after") is { } text ? ReadCursor(text, "after") : default;
        var dead = await request.Database.Subscriptions.GetDeadAsync(
            request.GetReadCall(), GetWorkspace(request), GetId(request), after, QueryParameters.ToPeek(limit), request.Cancellation);
        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteStartArray("value"u8);
        var shown = dead.Letters.Select(static letter => letter.Letter.Cursor).Concat(dead.Unread.Select(static letter => letter.Letter.Cursor)).Order().Take(limit).ToHashSet();
        foreach (var letter in dead.Letters.Where(letter => shown.Contains(letter.Letter.Cursor)))
        {
            answer.Writer.WriteStartObject();
            DeltaJson.WriteMembers(answer.Writer, letter.Delta, letter.Explanation, letter.Letter.Cursor);
            answer.Writer.WriteNumber("tries"u8, letter.Letter.Tries);
            answer.WriteProperty("deadSince"u8, letter.Letter.SystemTime);
            answer.Writer.WriteEndObject();
        }

        answer.Writer.WriteEndArray();
        answer.Writer.WriteStartArray("unread"u8);
        foreach (var letter in dead.Unread.Where(letter => shown.Contains(letter.Letter.Cursor)))
        {
            answer.Writer.WriteStartObject();
            answer.WriteProperty("agent"u8, letter.Agent);
            answer.Writer.WriteString("cursor"u8, letter.Letter.Cursor.ToString());
            answer.Writer.WriteNumber("tries"u8, letter.Letter.Tries);
            answer.WriteProperty("deadSince"u8, letter.Letter.SystemTime);
            answer.Writer.WriteString("code"u8, letter.Code);
            answer.Writer.WriteString("detail"u8, letter.Detail);
            answer.Writer.WriteEndObject();
        }

        answer.Writer.WriteEndArray();
        var next = QueryParameters.HasMore(limit, dead.Count) ? shown.Max().ToString() : null;
        Answers.WriteNextLink(answer, next is null ? null : Answers.ComposeLink(request, ("limit", $"{limit}"), ("after", next)));
        answer.Writer.WriteEndObject();
        await Answers.SendAsync(request, answer);
    }

    private static async Task SendStateAsync(ApiRequest request, SubscriptionState state)
    {
        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteString("id"u8, GetId(request));
        answer.Writer.WriteString("cursor"u8, state.Acknowledged.ToString());
        answer.Writer.WriteString("status"u8, SubscriptionJson.NameOf(state.Status));
        answer.Writer.WriteNumber("pending"u8, state.Pending);
        if (state.StateHash is { } hash)
        {
            answer.WriteProperty("stateHash"u8, hash);
        }

        answer.Writer.WriteEndObject();
        await Answers.SendAsync(request, answer);
    }

    private static int GetMax(ApiRequest request)
    {
        if (QueryParameters.Find(request.Path, "max") is not { } text)
        {
            return Limits.PageCountDefault;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var max) && max is >= 1 and <= Limits.DeltaPageMax
            ? max
            : throw new TemporalException(ErrorKind.Invalid, ErrorCodes.MalformedParameter, $"'max' is a whole number from 1 to {Limits.DeltaPageMax}.") { Field = "max", Limit = Limits.DeltaPageMax };
    }

    private static TimeSpan GetWait(ApiRequest request)
    {
        if (QueryParameters.Find(request.Path, "wait") is not { } text)
        {
            return TimeSpan.Zero;
        }

        return Durations.TryParse(text, out var wait) && wait <= Limits.SubscriptionWaitMax
            ? wait
            : throw new TemporalException(ErrorKind.Invalid, ErrorCodes.MalformedParameter, $"'wait' is a duration such as 250ms or 30s, at most {Durations.Format(Limits.SubscriptionWaitMax)}.") { Field = "wait", Limit = (long)Limits.SubscriptionWaitMax.TotalSeconds };
    }
}
