using Microsoft.Extensions.Logging;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Subscriptions;

/// <summary>
/// Pushes for every subscription with a webhook whose agent lives in this process. Driven by the host: it looks which
/// subscriptions there are now and then, and at once when one is made here.
/// </summary>
internal sealed partial class WebhookLoop : IAsyncDisposable
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(5);

    private readonly IAgentHost host;
    private readonly SubscriptionService subscriptions;
    private readonly WorkspaceService workspaces;
    private readonly IWebhookSender sender;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly CancellationTokenSource stopping = new();
    private TaskCompletionSource woken = NewSignal();
    private readonly Dictionary<AgentId, Task> pumps = [];
    private Task running = Task.CompletedTask;

    public WebhookLoop(IAgentHost host, SubscriptionService subscriptions, WorkspaceService workspaces, IWebhookSender sender, TimeProvider time, ILogger<WebhookLoop> logger)
    {
        this.host = host;
        this.subscriptions = subscriptions;
        this.workspaces = workspaces;
        this.sender = sender;
        this.time = time;
        this.logger = logger;
    }

    public void Start()
    {
        subscriptions.Made = Wake;
        running = RunAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        await running.ConfigureAwait(false);
        await Task.WhenAll(pumps.Values).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stopping.Dispose();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Wake(string workspace) => Interlocked.Exchange(ref woken, NewSignal()).SetResult();

    private async ValueTask WaitAsync()
    {
        try
        {
            await Volatile.Read(ref woken).Task.WaitAsync(LookInterval, time, stopping.Token).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // Nothing was made here; elsewhere something may have been.
        }
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                await LookAsync().ConfigureAwait(false);
                await WaitAsync().ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            LogStopped();
        }
    }

    private async ValueTask LookAsync()
    {
        try
        {
            string? after = null;
            while (true)
            {
                var page = await workspaces.ListAsync(CallContext.Local, after, Limits.PageCountMax, stopping.Token).ConfigureAwait(false);
                foreach (var workspace in page)
                {
                    await LookAsync(workspace.Name).ConfigureAwait(false);
                }

                if (page.Length < Limits.PageCountMax)
                {
                    break;
                }

                after = page[^1].Name;
            }
        }
        catch (TemporalException failure)
        {
            LogFailed(failure);
        }
    }

    private async ValueTask LookAsync(string workspace)
    {
        foreach (var (id, definition) in await subscriptions.ListDefinitionsAsync(workspace, stopping.Token).ConfigureAwait(false))
        {
            var agent = SubscriptionService.AgentOf(workspace, id);
            if (definition.Webhook is null || (pumps.TryGetValue(agent, out var pumping) && !pumping.IsCompleted) || !await host.IsOwnedHereAsync(agent, stopping.Token).ConfigureAwait(false))
            {
                continue;
            }

            var pump = new WebhookPump(subscriptions, sender, agent, definition, time, logger);
            pumps[agent] = PumpAsync(pump, agent);
        }

        foreach (var done in pumps.Where(static pair => pair.Value.IsCompleted).Select(static pair => pair.Key).ToList())
        {
            pumps.Remove(done);
        }
    }

    private async Task PumpAsync(WebhookPump pump, AgentId agent)
    {
        try
        {
            await pump.RunAsync(cancellation => host.IsOwnedHereAsync(agent, cancellation), stopping.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            LogStopped();
        }
        catch (TemporalException failure)
        {
            // The next look begins it anew.
            LogFailed(failure);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Webhooks were not looked after; they will be")]
    private partial void LogFailed(Exception failure);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Webhooks ended")]
    private partial void LogStopped();
}
