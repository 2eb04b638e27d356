using System.Text.Json;
using OrleansTemporal.Channels;
using OrleansTemporal.Subscriptions;

namespace OrleansTemporal.Targets;

/// <summary>The channels and subscriptions of a workspace. Answers are JSON as REST has it.</summary>
internal interface ISubscriptionTarget
{
    Task PutChannelAsync(string name, ChannelSettings settings, CancellationToken cancellationToken);

    Task<JsonElement> GetChannelAsync(string name, CancellationToken cancellationToken);

    IAsyncEnumerable<JsonElement> ListChannelsAsync(CancellationToken cancellationToken);

    Task<JsonElement> SubscribeAsync(SubscriptionOrder order, CancellationToken cancellationToken);

    Task<JsonElement> GetAsync(string id, CancellationToken cancellationToken);

    IAsyncEnumerable<JsonElement> ListAsync(CancellationToken cancellationToken);

    Task DeleteAsync(string id, CancellationToken cancellationToken);

    /// <summary>Hands out the next deltas, leased; waits for some.</summary>
    Task<JsonElement> PullAsync(string id, int max, TimeSpan wait, CancellationToken cancellationToken);

    /// <summary>Deltas as they come, behind a place, without leases.</summary>
    IAsyncEnumerable<JsonElement> FollowAsync(string id, string? after, CancellationToken cancellationToken);

    /// <summary>Acknowledges, gives back, pauses or resumes: <c>ack</c>, <c>nack</c> (with a cursor), <c>pause</c>, <c>resume</c>.</summary>
    Task<JsonElement> MoveAsync(string id, string verb, string? cursor, CancellationToken cancellationToken);

    IAsyncEnumerable<JsonElement> DeadAsync(string id, CancellationToken cancellationToken);
}
