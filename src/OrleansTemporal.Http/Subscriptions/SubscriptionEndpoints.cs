using Microsoft.AspNetCore.Routing;
using OrleansTemporal.Channels;
using OrleansTemporal.OpenApi;
using OrleansTemporal.Requests;

namespace OrleansTemporal.Subscriptions;

/// <summary>The routes of subscriptions.</summary>
internal static partial class SubscriptionEndpoints
{
    private const string Tag = "subscriptions";
    private const string All = "/v1/{workspace}/subscriptions";
    private const string One = All + "/{subscription}";

    /// <summary>Maps them.</summary>
    internal static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapApi("POST", All, CreateAsync, new("createSubscription", Tag, "Makes a subscription to channels.")
        {
            Parameters = ["Idempotency-Key"],
            Body = "SubscriptionOrder",
            Answers = [(201, "Subscription")],
            Problems = [409, 422, 429, 503],
        });
        endpoints.MapApi("GET", All, ListAsync, new("listSubscriptions", Tag, "Lists the subscriptions.")
        {
            Parameters = ["limit", "after"],
            Answers = [(200, "Subscriptions")],
        });
        endpoints.MapApi("GET", One, GetAsync, new("getSubscription", Tag, "Says what a subscription is, and where it stands.")
        {
            Answers = [(200, "Subscription")],
        });
        endpoints.MapApi("DELETE", One, DeleteAsync, new("deleteSubscription", Tag, "Ends a subscription.")
        {
            Parameters = ["Idempotency-Key"],
            Answers = [(200, "Receipt")],
            Problems = [422, 429, 503],
        });
        endpoints.MapApi("GET", One + "/deltas", PullAsync, new("pullDeltas", Tag, "Hands out the next deltas, leased until they are acknowledged; waits for some when asked to.")
        {
            Parameters = ["max", "wait"],
            Answers = [(200, "SubscriptionBatch")],
            Problems = [422, 429, 503],
        });
        endpoints.MapApi("GET", One + "/stream", StreamAsync, new("streamDeltas", Tag, "Follows a subscription as server-sent events, each with its cursor as id; between them comments when it is quiet.")
        {
            Parameters = ["Last-Event-ID"],
            Answers = [(200, "SubscriptionDelta")],
            ContentType = "text/event-stream",
            Problems = [422, 503],
        });
        foreach (var (verb, operation, handler, summary) in Moves())
        {
            endpoints.MapApi("POST", $"{One}/{verb}", handler, new(operation, Tag, summary)
            {
                Parameters = ["Idempotency-Key"],
                Body = verb switch { "ack" => "SubscriptionAcknowledgement", "nack" => "SubscriptionCursor", _ => null },
                Answers = [(200, "SubscriptionMoved")],
                Problems = [422, 429, 503],
            });
        }

        endpoints.MapApi("GET", One + "/dead", DeadAsync, new("listDeadLetters", Tag, "Lists the deltas that were handed out as often as they may be and never acknowledged.")
        {
            Parameters = ["limit", "after"],
            Answers = [(200, "DeadLetters")],
        });
    }

    private static IEnumerable<(string Verb, string Operation, Func<ApiRequest, Task> Handler, string Summary)> Moves() =>
    [
        ("ack", "acknowledgeDeltas", AcknowledgeAsync, "Acknowledges everything up to a cursor."),
        ("nack", "returnDeltas", ReturnAsync, "Gives back everything that is leased; what stands up to the cursor has had one of its tries."),
        ("pause", "pauseSubscription", PauseAsync, "Hands out nothing more until it goes on; nothing is lost."),
        ("resume", "resumeSubscription", ResumeAsync, "Goes on where it was paused."),
    ];

    private static string GetWorkspace(ApiRequest request) => request.GetName(1, "workspace");

    private static string GetId(ApiRequest request) => request.GetName(3, "subscription");

    private static ChannelCursor ReadCursor(string text, string field) => ChannelCursor.TryParse(text, out var cursor)
        ? cursor
        : throw QueryParameters.Malformed(field, $"'{field}' is a cursor that an answer carried.");
}
