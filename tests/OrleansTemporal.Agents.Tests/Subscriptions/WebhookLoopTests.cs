using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using OrleansTemporal.Agents.Tests.Channels;
using OrleansTemporal.Agents.Tests.Kv;
using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Causality;
using OrleansTemporal.Channels;
using OrleansTemporal.Errors;
using OrleansTemporal.Operations;
using OrleansTemporal.Subscriptions;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Agents.Tests.Subscriptions;

/// <summary>Goal: what goes wrong with one subscription, however, keeps no webhook of another from being called.</summary>
public sealed class WebhookLoopTests
{
    [Theory]
    [InlineData(typeof(TemporalException))]
    [InlineData(typeof(InvalidOperationException))]
    [InlineData(typeof(OperationCanceledException))]
    public async Task a_workspace_that_does_not_answer_keeps_no_other_waiting(Type failure)
    {
        await using var store = await HeldStore.OpenAsync();
        await store.Database.Workspaces.PutAsync(CallContext.Local, new WorkspaceInfo { Name = "bad" }, CancellationToken.None);
        foreach (var workspace in new[] { "bad", "default" })
        {
            await store.Database.Channels.PutAsync(CallContext.Local, workspace, ChannelCalls.Name, ChannelCalls.Over(), CancellationToken.None);
            var order = new SubscriptionOrder { Channels = [ChannelCalls.Name], From = "beginning", Webhook = new WebhookTarget { Url = "https://example.org/" } };
            await store.Database.Subscriptions.CreateAsync(CallContext.Local, workspace, order, CancellationToken.None);
            await store.PutAsync("k", "1", workspace: workspace);
        }

        await store.TellAsync();
        var sender = new KeepingSender();
        await using var host = new FailingHost(store.Database.Directory, "bad", failure);
        await using var loop = new WebhookLoop(host, store.Database.Subscriptions, store.Database.Workspaces, sender, store.Time, NullLogger<WebhookLoop>.Instance);
        loop.Start();
        await Eventually.HoldsAsync("the other workspace's webhook is called", () =>
        {
            store.Time.Advance(TimeSpan.FromSeconds(1));
            return sender.Sent.Contains("default");
        });
        Assert.DoesNotContain("bad", sender.Sent);
        host.Failure = null;
        await Eventually.HoldsAsync("the webhook is called once its agent answers", () =>
        {
            store.Time.Advance(TimeSpan.FromSeconds(1));
            return sender.Sent.Contains("bad");
        });
    }

    private sealed class KeepingSender : IWebhookSender
    {
        public ConcurrentBag<string> Sent { get; } = [];

        public ValueTask SendAsync(WebhookTarget target, WebhookEvent message, CancellationToken cancellationToken)
        {
            Sent.Add(message.Delta.Agent.Workspace);
            return default;
        }
    }

    // Does not say of one workspace's agents whether they are its own.
    private sealed class FailingHost(IAgentHost inner, string workspace, Type failure) : IAgentHost
    {
        public Type? Failure { get; set; } = failure;

        public IEnumerable<IHostedAgent> Agents => inner.Agents;

        public FacadeLease Lease => inner.Lease;

        public TAgent Get<TAgent>(AgentId id)
            where TAgent : class, IAgent => inner.Get<TAgent>(id);

        public ValueTask OpenAsync(AgentId id, CancellationToken cancellationToken) => inner.OpenAsync(id, cancellationToken);

        public ValueTask<bool> IsOwnedHereAsync(AgentId id, CancellationToken cancellationToken) => id.Workspace != workspace || Failure is not { } type
            ? inner.IsOwnedHereAsync(id, cancellationToken)
            : throw (type == typeof(TemporalException) ? new TemporalException(ErrorKind.Unavailable, ErrorCodes.NotReady, "Not now.") : (Exception)Activator.CreateInstance(type)!);

        public ValueTask<bool> MaintainAsync(AgentId id, MaintenanceBudget budget, CancellationToken cancellationToken) => inner.MaintainAsync(id, budget, cancellationToken);

        public ValueTask<OperationInfo?> FindOperationAsync(string name, string id, CancellationToken cancellationToken) => inner.FindOperationAsync(name, id, cancellationToken);

        public ValueTask RemoveAsync(string name, CancellationToken cancellationToken) => inner.RemoveAsync(name, cancellationToken);

        // The store has it still.
        public ValueTask DisposeAsync() => default;
    }
}
