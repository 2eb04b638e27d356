using Microsoft.Extensions.Logging;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Hosting;

namespace OrleansTemporal.Views;

/// <summary>
/// Brings views and indexes of this process on, when a notice says that their source has changed. It keeps which views
/// follow what, as they last said: a notice that is lost, doubled or late costs a look, since every view is looked at now and then, and brought on by who reads it.
/// </summary>
internal sealed partial class ViewLoop : BackgroundLoop
{
    // What comes meanwhile is taken in together.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    // Finds what was written in other processes, and views that were opened since.
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    private readonly IAgentHost host;
    private readonly NoticeHub notices;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly ViewFollowers followers = new();
    private NoticeReader? reader;
    private long? lookedAt;

    public ViewLoop(IAgentHost host, NoticeHub notices, AgentServices services)
        : base(services.Time, LookInterval, services.Loggers.CreateLogger<ViewLoop>())
    {
        (this.host, this.notices, time) = (host, notices, services.Time);
        logger = services.Loggers.CreateLogger<ViewLoop>();
    }

    /// <summary>Looks at every view once, whatever was heard.</summary>
    public async ValueTask LookAsync(CancellationToken cancellationToken)
    {
        followers.KeepOnly(host.Agents.OfType<IViewKeeper>());
        foreach (var view in followers.All)
        {
            await BringOnAsync(view, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Looks at the views that follow what a batch of notices tells of, or at all when some were lost. Costs a look-up for each
    /// notice; a notice of a catalog goes through the open agents, since there may be a view that was not there before.
    /// </summary>
    /// <returns>How many were looked at.</returns>
    public async ValueTask<int> HearAsync(NoticeBatch batch, CancellationToken cancellationToken)
    {
        if (batch.HasLost || batch.Notices.Any(static notice => notice.Agent.Kind == AgentKind.Catalog))
        {
            followers.KeepOnly(host.Agents.OfType<IViewKeeper>());
        }

        var looked = batch.HasLost ? followers.All : followers.Of(batch.Notices.Select(static notice => notice.Agent));
        foreach (var view in looked)
        {
            await BringOnAsync(view, cancellationToken).ConfigureAwait(false);
        }

        return looked.Count;
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync().ConfigureAwait(false);
        reader?.Dispose();
    }

    protected override async ValueTask StepAsync(CancellationToken cancellationToken)
    {
        reader ??= notices.Hear(new NoticeFilter { Kinds = [AgentKind.Kv, AgentKind.Series, AgentKind.Catalog] });
        await reader.WhenAnyAsync(LookInterval, time, cancellationToken).ConfigureAwait(false);
        if (lookedAt is not { } at || time.GetElapsedTime(at) >= LookInterval)
        {
            lookedAt = time.GetTimestamp();
            await LookAsync(cancellationToken).ConfigureAwait(false);
        }

        if (reader.TryTake() is { } batch)
        {
            await HearAsync(batch, cancellationToken).ConfigureAwait(false);
        }

        await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask BringOnAsync(IViewKeeper view, CancellationToken cancellationToken)
    {
        try
        {
            await view.BringOnAsync(cancellationToken).ConfigureAwait(false);
            followers.Note(view);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            // Whoever reads is told; the other views go on.
            LogBehind(view.Id.ToString(), failure);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Agent} could not take in what is new; it will be tried again")]
    private partial void LogBehind(string agent, Exception failure);
}
