using OrleansTemporal.Agents.Tests.Kv;
using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Agents.Tests.Subscriptions;
using OrleansTemporal.Causality;
using OrleansTemporal.Channels;
using OrleansTemporal.Series;

namespace OrleansTemporal.Agents.Tests.Channels;

/// <summary>Goal: what one reader of a page does not get, the next one may.</summary>
public sealed class FeedPageTests
{
    [Theory]
    [InlineData(typeof(InvalidOperationException))]
    [InlineData(typeof(OperationCanceledException))]
    public async Task what_was_not_said_is_asked_for_again(Type failure)
    {
        await using var store = await HeldStore.OpenAsync();
        var settings = new ChannelSettings { Sources = [new ChannelSource { Kind = AgentKind.Series }] };
        await store.Database.Channels.PutAsync(CallContext.Local, KvTestCalls.Workspace, ChannelCalls.Name, settings, CancellationToken.None);
        var batch = new SeriesBatch();
        batch.Add(SeriesTags.Empty, "f", new EventTime(1), 1);
        await store.Database.Series("s").WriteAsync(batch);
        await store.TellAsync();
        var page = new FeedPage(default, await store.ReadChannelAsync(), 1, new Dictionary<AgentId, long>(), 0);
        var directory = new FailingOnce(store.Database.Directory, failure);
        var explainer = new DeltaExplainer(directory);
        await Assert.ThrowsAsync(failure, () => page.ExplainAsync(explainer));
        Assert.Equal(1, Assert.Single(await page.ExplainAsync(explainer)).Sequence);
    }

    private sealed class FailingOnce(IAgentDirectory inner, Type failure) : IAgentDirectory
    {
        private bool hasFailed;

        public TAgent Get<TAgent>(AgentId id)
            where TAgent : class, IAgent
        {
            if (hasFailed)
            {
                return inner.Get<TAgent>(id);
            }

            hasFailed = true;
            throw (Exception)Activator.CreateInstance(failure)!;
        }
    }
}
