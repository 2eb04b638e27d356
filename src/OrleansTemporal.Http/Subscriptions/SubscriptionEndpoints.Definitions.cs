using Microsoft.AspNetCore.Http;
using OrleansTemporal.Agents;
using OrleansTemporal.Requests;

namespace OrleansTemporal.Subscriptions;

// Made, described, listed, ended.
internal static partial class SubscriptionEndpoints
{
    private static async Task CreateAsync(ApiRequest request)
    {
        var workspace = GetWorkspace(request);
        SubscriptionOrder order;
        CallContext call;
        using (var body = await RequestBody.ReadAsync(request))
        {
            order = SubscriptionBody.Read(body.Bytes);
            if (order.Webhook is { } webhook)
            {
                WebhookAddresses.Require(webhook.Url, request.Options.WebhooksAllowPrivate);
            }

            call = request.GetWriteCall(body.Bytes.Span);
        }

        var info = await request.Database.Subscriptions.CreateAsync(call, workspace, order, request.Cancellation);
        await SendAsync(request, info, StatusCodes.Status201Created);
    }

    private static async Task GetAsync(ApiRequest request)
    {
        var info = await request.Database.Subscriptions.GetAsync(request.GetReadCall(), GetWorkspace(request), GetId(request), request.Cancellation);
        await SendAsync(request, info, StatusCodes.Status200OK);
    }

    private static async Task DeleteAsync(ApiRequest request)
    {
        var receipt = await request.Database.Subscriptions.DeleteAsync(request.GetWriteCall([]), GetWorkspace(request), GetId(request), request.Cancellation);
        Answers.StampRoot(request, receipt);
        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        Answers.WriteReceipt(answer, receipt);
        answer.Writer.WriteEndObject();
        await Answers.SendAsync(request, answer);
    }

    private static async Task ListAsync(ApiRequest request)
    {
        var workspace = GetWorkspace(request);
        var limit = QueryParameters.GetLimit(request.Path);
        var after = QueryParameters.Find(request.Path, "after");
        var infos = await request.Database.Subscriptions.ListAsync(request.GetReadCall(), workspace, after, QueryParameters.ToPeek(limit), request.Cancellation);
        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteStartArray("value"u8);
        foreach (var info in infos.Take(limit))
        {
            answer.Writer.WriteStartObject();
            SubscriptionJson.WriteMembers(answer.Writer, info);
            answer.Writer.WriteEndObject();
        }

        answer.Writer.WriteEndArray();
        var next = QueryParameters.HasMore(limit, infos.Length) ? infos[Math.Min(limit, infos.Length) - 1].Id : null;
        Answers.WriteNextLink(answer, next is null ? null : Answers.ComposeLink(request, ("limit", $"{limit}"), ("after", next)));
        answer.Writer.WriteEndObject();
        await Answers.SendAsync(request, answer);
    }

    private static async Task SendAsync(ApiRequest request, SubscriptionInfo info, int status)
    {
        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        SubscriptionJson.WriteMembers(answer.Writer, info);
        answer.Writer.WriteEndObject();
        await Answers.SendAsync(request, answer, status);
    }
}
