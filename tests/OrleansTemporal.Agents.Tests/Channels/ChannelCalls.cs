using System.Collections.Immutable;
using OrleansTemporal.Agents.Tests.Kv;
using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Causality;
using OrleansTemporal.Channels;

namespace OrleansTemporal.Agents.Tests.Channels;

/// <summary>Calls as the tests of channels make them.</summary>
internal static class ChannelCalls
{
    public const string Name = "all";

    public static readonly AgentId Agent = ChannelService.AgentOf(KvTestCalls.Workspace, Name);

    /// <summary>Makes the channel over some namespaces; over all of them when none is named.</summary>
    public static ValueTask<ChannelInfo> PutChannelAsync(this TestStore store, params string[] namespaces) =>
        store.Database.Channels.PutAsync(CallContext.Local, KvTestCalls.Workspace, Name, Over(namespaces), CancellationToken.None);

    public static ChannelSettings Over(params string[] namespaces) => new()
    {
        Sources = namespaces.Length == 0
            ? [new ChannelSource { Kind = AgentKind.Kv }]
            : [.. namespaces.Select(static name => new ChannelSource { Kind = AgentKind.Kv, Name = name })],
    };

    public static ValueTask<ChannelBatch> ReadChannelAsync(this TestStore store, ChannelCursor after = default, int countMax = Limits.DeltaPageMax) =>
        store.Database.Channels.ReadAsync(CallContext.Local, KvTestCalls.Workspace, Name, after, countMax, CancellationToken.None);

    /// <summary>Everything that the channel has, a batch at a time.</summary>
    public static async Task<ImmutableArray<AgentDelta>> ReadAllAsync(this TestStore store, int countMax = Limits.DeltaPageMax)
    {
        var all = ImmutableArray.CreateBuilder<AgentDelta>();
        for (var cursor = default(ChannelCursor); ;)
        {
            var batch = await store.ReadChannelAsync(cursor, countMax);
            Assert.InRange(batch.Deltas.Length, 0, countMax);
            Assert.True(batch.Next.ToString().Length <= ChannelCursor.TextLengthMax);
            all.AddRange(batch.Deltas);
            cursor = ChannelCursor.Parse(batch.Next.ToString());
            if (!batch.HasMore)
            {
                return all.ToImmutable();
            }
        }
    }

    public static ValueTask AnnounceAsync(this TestStore store) => store.Database.AnnounceAsync(CancellationToken.None);
}
