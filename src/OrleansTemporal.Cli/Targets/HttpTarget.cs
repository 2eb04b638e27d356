using System.Buffers;
using System.Collections.Immutable;
using System.Net;
using System.Text.Json;
using OrleansTemporal.Causality;
using OrleansTemporal.Kv;

namespace OrleansTemporal.Targets;

/// <summary>A workspace behind a server, over REST.</summary>
internal sealed partial class HttpTarget(Uri url, string workspace, TimeProvider clock) : ITarget
{
    private readonly RestClient client = new(url, clock);
    private readonly string root = $"/v1/{RestClient.Segment(workspace)}";

    public string Address => url.ToString().TrimEnd('/');

    public ISubscriptionTarget Subscriptions => new HttpSubscriptions(client, root);

    public ITimelineTarget Timelines => new HttpTimelines(client, root);

    public IViewTarget Views => new HttpViews(client, root);

    public IObserverTarget Observers => new HttpObservers(client, root);
    public ISeriesAnalytics Analytics => new HttpAnalytics(client, root);

    public async Task<KvWriteResult> PutAsync(string ns, string key, ReadOnlyMemory<byte> json, KvPutOptions conditions, CancellationToken cancellationToken)
    {
        var request = new RestRequest(HttpMethod.Put, PathOf(ns, key) + Query(("ttl", ToText(conditions.TimeToLive)))) { Body = json, IsWrite = true, Headers = HeadersOf(conditions) };
        using var answer = await client.SendAsync(request, cancellationToken);
        return RestAnswers.ReadWrite(answer.Root, key, answer.Status == HttpStatusCode.Created);
    }

    public async Task<KvWriteResult> DeleteAsync(string ns, string key, KvPutOptions conditions, CancellationToken cancellationToken)
    {
        var request = new RestRequest(HttpMethod.Delete, PathOf(ns, key)) { IsWrite = true, Headers = HeadersOf(conditions) };
        using var answer = await client.SendAsync(request, cancellationToken);
        return RestAnswers.ReadWrite(answer.Root, key, isCreated: false);
    }

    public async Task BatchAsync(string ns, ImmutableArray<KvOperation> operations, CancellationToken cancellationToken)
    {
        var body = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body, new JsonWriterOptions { SkipValidation = true }))
        {
            json.WriteStartObject();
            json.WriteBoolean("atomic", false);
            json.WriteStartArray("operations");
            foreach (var operation in operations)
                WriteOperation(json, operation);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        var request = new RestRequest(HttpMethod.Post, $"{PathOf(ns)}/batch") { Body = body.WrittenMemory, IsWrite = true };
        using var answer = await client.SendAsync(request, cancellationToken);
    }

    public ValueTask DisposeAsync()
    {
        client.Dispose();
        return ValueTask.CompletedTask;
    }

    private static void WriteOperation(Utf8JsonWriter json, KvOperation operation)
    {
        json.WriteStartObject();
        json.WriteStartObject(operation.Kind == KvOperationKind.Put ? "put" : "delete");
        json.WriteString("key", operation.Key);
        if (operation.Kind == KvOperationKind.Put)
        {
            json.WritePropertyName("value");
            json.WriteRawValue(operation.Value.Span, skipInputValidation: true);
            if (ToText(operation.TimeToLive) is { } time)
                json.WriteString("ttl", time);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static string? ToText(TimeSpan? timeToLive) =>
        timeToLive is not { } time ? null : time == Timeout.InfiniteTimeSpan ? "none" : Durations.Format(time);

    private static List<KeyValuePair<string, string>> HeadersOf(KvPutOptions conditions)
    {
        List<KeyValuePair<string, string>> headers = [];
        if (conditions.IfMatch is { } writeId)
            headers.Add(new("If-Match", $"\"{writeId}\""));
        else if (conditions.IfPresent)
            headers.Add(new("If-Match", "*"));
        if (conditions.IfAbsent)
            headers.Add(new("If-None-Match", "*"));
        if (!conditions.Causes.IsEmpty)
            headers.Add(new("x-ot-causes", string.Join(", ", conditions.Causes)));
        return headers;
    }

    private string PathOf(string ns) => $"{root}/kv/{RestClient.Segment(Names.Validate(ns, "namespace"))}";

    private string PathOf(string ns, string key) => $"{PathOf(ns)}/{RestClient.Segment(EntityKeys.Validate(key, "key"))}";
}
