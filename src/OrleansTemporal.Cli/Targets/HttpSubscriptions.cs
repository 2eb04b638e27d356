using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using OrleansTemporal.Causality;
using OrleansTemporal.Channels;
using OrleansTemporal.Errors;
using OrleansTemporal.Subscriptions;

namespace OrleansTemporal.Targets;

/// <summary>The channels and subscriptions of a workspace behind a server.</summary>
internal sealed class HttpSubscriptions(RestClient client, string root) : ISubscriptionTarget
{
    public async Task PutChannelAsync(string name, ChannelSettings settings, CancellationToken cancellationToken) =>
        await SendAsync(HttpMethod.Put, ChannelOf(name), json =>
        {
            json.WriteString("guarantee", SubscriptionJson.NameOf(settings.Guarantee));
            if (!settings.IsOpen)
                SubscriptionJson.WriteSources(json, settings);
        }, cancellationToken);

    public Task<JsonElement> GetChannelAsync(string name, CancellationToken cancellationToken) => ReadAsync(ChannelOf(name), cancellationToken);

    public IAsyncEnumerable<JsonElement> ListChannelsAsync(CancellationToken cancellationToken) => PagesAsync($"{root}/channels", cancellationToken);

    public Task<JsonElement> SubscribeAsync(SubscriptionOrder order, CancellationToken cancellationToken) => SendAsync(
        HttpMethod.Post,
        $"{root}/subscriptions",
        json =>
        {
            json.WriteString("name", order.Name);
            json.WriteStartArray("channels");
            foreach (var channel in order.Channels)
                json.WriteStringValue(channel);
            json.WriteEndArray();
            json.WritePropertyName("filter");
            SubscriptionFilterJson.Write(json, order.Filter);
            json.WriteString("from", order.From);
            json.WriteString("lease", Durations.Format(order.Lease));
            json.WriteNumber("maxTries", order.MaxTries);
            if (order.Webhook is { } webhook)
            {
                json.WriteStartObject("webhook");
                json.WriteString("url", webhook.Url);
                json.WriteString("mode", SubscriptionJson.NameOf(webhook.Mode));
                if (webhook.Secret is not null)
                    json.WriteString("secret", webhook.Secret);
                json.WriteEndObject();
            }
        },
        cancellationToken);

    public Task<JsonElement> GetAsync(string id, CancellationToken cancellationToken) => ReadAsync(PathOf(id), cancellationToken);

    public IAsyncEnumerable<JsonElement> ListAsync(CancellationToken cancellationToken) => PagesAsync($"{root}/subscriptions", cancellationToken);

    public async Task DeleteAsync(string id, CancellationToken cancellationToken) => await SendAsync(HttpMethod.Delete, PathOf(id), null, cancellationToken);

    public async Task<JsonElement> PullAsync(string id, int max, TimeSpan wait, CancellationToken cancellationToken)
    {
        var path = $"{PathOf(id)}/deltas{HttpTarget.Query(("max", max.ToString(CultureInfo.InvariantCulture)), ("wait", Durations.Format(wait)))}";
        using var answer = await client.SendAsync(new RestRequest(HttpMethod.Get, path) { IsRetried = false }, cancellationToken);
        return answer.Root.Clone();
    }

    public async IAsyncEnumerable<JsonElement> FollowAsync(string id, string? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var last = after;
        while (true)
        {
            await foreach (var (cursor, data) in client.EventsAsync($"{PathOf(id)}/stream", last, cancellationToken))
            {
                last = cursor;
                using var document = JsonDocument.Parse(data);
                yield return document.RootElement.Clone();
            }

            // The connection was lost, or the subscription has ended: asking for it tells which.
            await GetAsync(id, cancellationToken);
        }
    }

    public Task<JsonElement> MoveAsync(string id, string verb, string? cursor, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, $"{PathOf(id)}/{verb}", cursor is null ? null : json => json.WriteString("cursor", cursor), cancellationToken);

    public async IAsyncEnumerable<JsonElement> DeadAsync(string id, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        JsonElement? unread = null;
        await foreach (var element in client.PagesAsync($"{PathOf(id)}/dead", NoteUnread, cancellationToken))
            yield return element.Clone();

        if (unread is { } letter)
            throw Unread(letter.GetProperty("agent").GetString()!, letter.GetProperty("cursor").GetString()!, letter.GetProperty("code").GetString()!, letter.GetProperty("detail").GetString()!);

        void NoteUnread(JsonElement page)
        {
            if (page.TryGetProperty("unread", out var letters) && letters.GetArrayLength() > 0)
                unread ??= letters[0].Clone();
        }
    }

    /// <summary>Says, behind what could be listed, that not everything could.</summary>
    internal static TemporalException Unread(string agent, string cursor, string code, string detail) =>
        new(ErrorKind.Unavailable, code, $"This is not all: the delta at {cursor} is of {agent}, which can not be read. {detail}");

    private async IAsyncEnumerable<JsonElement> PagesAsync(string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var element in client.PagesAsync(path, cancellationToken))
            yield return element.Clone();
    }

    private async Task<JsonElement> ReadAsync(string path, CancellationToken cancellationToken)
    {
        using var answer = await client.SendAsync(new RestRequest(HttpMethod.Get, path), cancellationToken);
        return answer.Root.Clone();
    }

    private async Task<JsonElement> SendAsync(HttpMethod method, string path, Action<Utf8JsonWriter>? write, CancellationToken cancellationToken)
    {
        var body = new ArrayBufferWriter<byte>();
        if (write is not null)
        {
            using var json = new Utf8JsonWriter(body);
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        using var answer = await client.SendAsync(new RestRequest(method, path) { Body = body.WrittenMemory, IsWrite = true }, cancellationToken);
        return answer.Root.Clone();
    }

    private string ChannelOf(string name) => $"{root}/channels/{RestClient.Segment(Names.Validate(name, "channel"))}";

    private string PathOf(string id) => $"{root}/subscriptions/{RestClient.Segment(Names.Validate(id, "subscription"))}";
}
