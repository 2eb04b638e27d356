using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Channels;
using OrleansTemporal.Hosting;
using OrleansTemporal.Subscriptions;

namespace OrleansTemporal.Targets;

/// <summary>The channels and subscriptions of a workspace in a data folder.</summary>
internal sealed class FolderSubscriptions(TemporalDatabase database, string workspace) : ISubscriptionTarget
{
    private const int PageCount = 1_000;
    private static readonly CallContext Call = CallContext.Local;
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(15);

    public async Task PutChannelAsync(string name, ChannelSettings settings, CancellationToken cancellationToken) =>
        await database.Channels.PutAsync(Call, workspace, name, settings, cancellationToken);

    public async Task<JsonElement> GetChannelAsync(string name, CancellationToken cancellationToken)
    {
        var channel = await database.Channels.DescribeAsync(Call, workspace, name, cancellationToken);
        var metrics = await database.Channels.GetMetricsAsync(Call, workspace, name, cancellationToken);
        return ToJson(json =>
        {
            json.WriteString("name", name);
            SubscriptionJson.WriteMembers(json, channel.Settings);
            json.WriteStartObject("metrics");
            SubscriptionJson.WriteMembers(json, metrics);
            json.WriteEndObject();
        });
    }

    public async IAsyncEnumerable<JsonElement> ListChannelsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? after = null;
        while (true)
        {
            var channels = await database.Channels.ListAsync(Call, workspace, after, PageCount, cancellationToken);
            foreach (var channel in channels)
            {
                yield return ToJson(json =>
                {
                    json.WriteString("name", channel.Agent.Name);
                    SubscriptionJson.WriteMembers(json, channel.Settings);
                });
            }

            if (channels.Length < PageCount)
                yield break;
            after = channels[^1].Agent.Name;
        }
    }

    public async Task<JsonElement> SubscribeAsync(SubscriptionOrder order, CancellationToken cancellationToken)
    {
        var info = await database.Subscriptions.CreateAsync(Call, workspace, order, cancellationToken);
        return ToJson(json => SubscriptionJson.WriteMembers(json, info));
    }

    public async Task<JsonElement> GetAsync(string id, CancellationToken cancellationToken)
    {
        var info = await database.Subscriptions.GetAsync(Call, workspace, id, cancellationToken);
        return ToJson(json => SubscriptionJson.WriteMembers(json, info));
    }

    public async IAsyncEnumerable<JsonElement> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? after = null;
        while (true)
        {
            var infos = await database.Subscriptions.ListAsync(Call, workspace, after, PageCount, cancellationToken);
            foreach (var info in infos)
                yield return ToJson(json => SubscriptionJson.WriteMembers(json, info));
            if (infos.Length < PageCount)
                yield break;
            after = infos[^1].Id;
        }
    }

    public async Task DeleteAsync(string id, CancellationToken cancellationToken) =>
        await database.Subscriptions.DeleteAsync(Call, workspace, id, cancellationToken);

    public async Task<JsonElement> PullAsync(string id, int max, TimeSpan wait, CancellationToken cancellationToken)
    {
        var batch = await database.Subscriptions.PullAsync(Call, workspace, id, max, wait, explains: true, cancellationToken);
        return ToJson(json =>
        {
            json.WriteStartArray("value");
            for (var i = 0; i < batch.Deltas.Length; i++)
                DeltaJson.Write(json, batch.Deltas[i], batch.Explanations[i], batch.Cursors[i]);
            json.WriteEndArray();
            json.WriteString("cursor", batch.Next.ToString());
            json.WriteString("status", SubscriptionJson.NameOf(batch.Status));
        });
    }

    public async IAsyncEnumerable<JsonElement> FollowAsync(string id, string? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ChannelCursor? place = after is null ? null : ChannelCursor.Parse(after);
        await foreach (var batch in database.Subscriptions.FollowAsync(Call, workspace, id, place, Quiet, explains: true, cancellationToken))
        {
            for (var i = 0; i < batch.Deltas.Length; i++)
                yield return ToJson(json => DeltaJson.WriteMembers(json, batch.Deltas[i], batch.Explanations[i], batch.Cursors[i]));
        }
    }

    public async Task<JsonElement> MoveAsync(string id, string verb, string? cursor, CancellationToken cancellationToken)
    {
        var state = verb switch
        {
            "ack" => await database.Subscriptions.AcknowledgeAsync(Call, workspace, id, ChannelCursor.Parse(cursor!), cancellationToken),
            "nack" => await database.Subscriptions.ReturnAsync(Call, workspace, id, ChannelCursor.Parse(cursor!), cancellationToken),
            "pause" => await database.Subscriptions.PauseAsync(Call, workspace, id, cancellationToken),
            _ => await database.Subscriptions.ResumeAsync(Call, workspace, id, cancellationToken),
        };
        return ToJson(json =>
        {
            json.WriteString("id", id);
            json.WriteString("cursor", state.Acknowledged.ToString());
            json.WriteString("status", SubscriptionJson.NameOf(state.Status));
            json.WriteNumber("pending", state.Pending);
        });
    }

    public async IAsyncEnumerable<JsonElement> DeadAsync(string id, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var after = default(ChannelCursor);
        UnreadLetter? unread = null;
        while (true)
        {
            var dead = await database.Subscriptions.GetDeadAsync(Call, workspace, id, after, PageCount, cancellationToken);
            foreach (var (letter, delta, explanation) in dead.Letters)
            {
                yield return ToJson(json =>
                {
                    DeltaJson.WriteMembers(json, delta, explanation, letter.Cursor);
                    json.WriteNumber("tries", letter.Tries);
                    json.WriteString("deadSince", letter.SystemTime.ToString());
                });
            }

            unread ??= dead.Unread.FirstOrDefault();
            if (dead.Count < PageCount)
                break;
            after = dead.Letters.Select(static letter => letter.Letter.Cursor).Concat(dead.Unread.Select(static letter => letter.Letter.Cursor)).Max();
        }

        if (unread is not null)
            throw HttpSubscriptions.Unread(unread.Agent.ToString(), unread.Letter.Cursor.ToString(), unread.Code, unread.Detail);
    }

    private static JsonElement ToJson(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return JsonDocument.Parse(buffer.WrittenMemory).RootElement;
    }
}
