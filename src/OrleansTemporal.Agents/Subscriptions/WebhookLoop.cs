using Microsoft.Extensions.Logging;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Hosting;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Subscriptions;

/// <summary>
/// Pushes for every subscription with a webhook whose agent lives in this process. Driven by the host: it looks which
/// subscriptions there are now and then, and at once when one is made here. What does not answer keeps nothing else waiting.
/// </summary>
internal sealed partial class WebhookLoop : BackgroundLoop
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(5);

    private readonly IAgentHost host;
    private readonly SubscriptionService subscriptions;
    private readonly WorkspaceService workspaces;
    private readonly IWebhookSender sender;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private TaskCompletionSource woken = NewSignal();
    private readonly Dictionary<AgentId, Task> pumps = [];

    public WebhookLoop(IAgentHost host, SubscriptionService subscriptions, WorkspaceService workspaces, IWebhookSender sender, TimeProvider time, ILogger<WebhookLoop> logger)
        : base(time, LookInterval, logger)
    {
        this.host = host;
        this.subscriptions = subscriptions;
        this.workspaces = workspaces;
        this.sender = sender;
        this.time = time;
        this.logger = logger;
    }

    /// <inheritdoc/>
    public override void Start()
    {
        subscriptions.Made = Wake;
        base.Start();
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        subscriptions.Made = null;
        await base.DisposeAsync().ConfigureAwait(false);
        await Task.WhenAll(pumps.Values).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <inheritdoc/>
    protected override async ValueTask StepAsync(CancellationToken cancellationToken)
    {
        var made = Volatile.Read(ref woken).Task;
        var failures = new Failures();
        await foreach (var workspace in workspaces.ListAllAsync(cancellationToken).ConfigureAwait(false))
        {
            await failures.TryAsync(token => LookAsync(workspace, failures, token), cancellationToken).ConfigureAwait(false);
        }

        foreach (var done in pumps.Where(static pair => pair.Value.IsCompleted).Select(static pair => pair.Key).ToList())
        {
            pumps.Remove(done);
        }

        if (failures.First is { } failure)
        {
            LogNotLooked(failure);
        }

        await WaitAsync(made, cancellationToken).ConfigureAwait(false);
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Wake(string workspace) => Interlocked.Exchange(ref woken, NewSignal()).SetResult();

    private async ValueTask WaitAsync(Task made, CancellationToken cancellationToken)
    {
        try
        {
            await made.WaitAsync(LookInterval, time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // Nothing was made here; elsewhere something may have been.
        }
    }

    private async ValueTask LookAsync(string workspace, Failures failures, CancellationToken cancellationToken)
    {
        foreach (var (id, definition) in await subscriptions.ListDefinitionsAsync(workspace, cancellationToken).ConfigureAwait(false))
        {
            var agent = SubscriptionService.AgentOf(workspace, id);
            if (definition.Webhook is not null && (!pumps.TryGetValue(agent, out var pumping) || pumping.IsCompleted))
            {
                await failures.TryAsync(token => BeginAsync(agent, definition, token), cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask BeginAsync(AgentId agent, SubscriptionDefinition definition, CancellationToken cancellationToken)
    {
        if (await host.IsOwnedHereAsync(agent, cancellationToken).ConfigureAwait(false))
        {
            pumps[agent] = PumpAsync(new WebhookPump(subscriptions, sender, agent, definition, time, logger), agent);
        }
    }

    // One that ends is begun anew by the next look.
    private async Task PumpAsync(WebhookPump pump, AgentId agent)
    {
        try
        {
            await pump.RunAsync(cancellation => host.IsOwnedHereAsync(agent, cancellation), Stopping).ConfigureAwait(false);
        }
        catch (Exception failure) when (!Stopping.IsCancellationRequested)
        {
            LogFailed(agent.ToString(), failure);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Some webhooks were not looked after; they will be")]
    private partial void LogNotLooked(Exception failure);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The webhook of {Subscription} was not looked after; it will be")]
    private partial void LogFailed(string subscription, Exception failure);
}
