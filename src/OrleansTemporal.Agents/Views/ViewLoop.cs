using Microsoft.Extensions.Logging;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Views;

/// <summary>
/// Brings views and indexes of this process on, when a notice says that their source has changed. It keeps nothing: a notice
/// that is lost, doubled or late costs a look, since every view is looked at now and then, and brought on by who reads it.
/// </summary>
internal sealed partial class ViewLoop : IAsyncDisposable
{
    // What comes meanwhile is taken in together.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    // Finds what was written in other processes, and views that were opened since.
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    private readonly IAgentHost host;
    private readonly NoticeHub notices;
    private readonly AgentServices services;
    private readonly ILogger logger;
    private readonly CancellationTokenSource stopping = new();
    private Task running = Task.CompletedTask;

    public ViewLoop(IAgentHost host, NoticeHub notices, AgentServices services)
    {
        (this.host, this.notices, this.services) = (host, notices, services);
        logger = services.Loggers.CreateLogger<ViewLoop>();
    }

    public void Start() => running = RunAsync();

    /// <summary>Looks at every view once, whatever was heard.</summary>
    public async ValueTask LookAsync(CancellationToken cancellationToken)
    {
        foreach (var agent in host.Agents)
        {
            if (agent is IViewKeeper view)
            {
                await BringOnAsync(view, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Looks at the views that follow what a batch of notices tells of, or at all when some were lost.</summary>
    /// <returns>How many were looked at.</returns>
    public async ValueTask<int> HearAsync(NoticeBatch batch, CancellationToken cancellationToken)
    {
        var changed = batch.Notices.Select(static notice => (notice.Agent.Workspace, notice.Agent.Kind, notice.Agent.Name)).ToHashSet();
        var count = 0;
        foreach (var agent in host.Agents)
        {
            if (agent is IViewKeeper view && (batch.HasLost || view.Follows(changed)))
            {
                count++;
                await BringOnAsync(view, cancellationToken).ConfigureAwait(false);
            }
        }

        return count;
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        await running.ConfigureAwait(false);
        stopping.Dispose();
    }

    private async Task RunAsync()
    {
        using var reader = notices.Hear(new NoticeFilter { Kinds = [AgentKind.Kv, AgentKind.Series, AgentKind.Catalog] });
        try
        {
            var lookedAt = services.Time.GetTimestamp();
            while (true)
            {
                await reader.WhenAnyAsync(LookInterval, services.Time, stopping.Token).ConfigureAwait(false);
                if (services.Time.GetElapsedTime(lookedAt) >= LookInterval)
                {
                    lookedAt = services.Time.GetTimestamp();
                    await LookAsync(stopping.Token).ConfigureAwait(false);
                }

                if (reader.TryTake() is { } batch)
                {
                    await HearAsync(batch, stopping.Token).ConfigureAwait(false);
                }

                await Task.Delay(Pause, services.Time, stopping.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            LogStopped();
        }
    }

    private async ValueTask BringOnAsync(IViewKeeper view, CancellationToken cancellationToken)
    {
        try
        {
            await view.BringOnAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (TemporalException failure)
        {
            // Whoever reads is told; the other views go on.
            LogBehind(view.Id.ToString(), failure);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Agent} could not take in what is new; it will be tried again")]
    private partial void LogBehind(string agent, Exception failure);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Views are no longer brought on")]
    private partial void LogStopped();
}
