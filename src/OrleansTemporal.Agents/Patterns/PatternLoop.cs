using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Kv;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Patterns;

/// <summary>
/// Has patterns look at what is new, when a notice says so or the clock has gone on. It keeps nothing that counts: after a
/// crash, or when notices were lost, every pattern looks from where it has stored that it stands. Where several processes
/// share a store, the one that owns a workspace's catalog does it for the workspace.
/// </summary>
internal sealed partial class PatternLoop : IAsyncDisposable
{
    // What comes meanwhile is looked at together.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    // What other processes have written is found by looking, and so is what the clock makes certain.
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    private readonly IAgentHost host;
    private readonly NoticeHub notices;
    private readonly WorkspaceService workspaces;
    private readonly KvService documents;
    private readonly AgentServices services;
    private readonly PatternEvaluator evaluator;
    private readonly ILogger logger;
    private readonly CancellationTokenSource stopping = new();
    private readonly SortedDictionary<string, ImmutableArray<PatternEntry>> patterns = new(StringComparer.Ordinal);
    private readonly HashSet<string> due = new(StringComparer.Ordinal);
    private readonly HashSet<string> later = new(StringComparer.Ordinal);
    private NoticeReader? reader;
    private bool hasLooked;
    private long lookedAt;
    private Task running = Task.CompletedTask;

    public PatternLoop(IAgentHost host, NoticeHub notices, WorkspaceService workspaces, KvService documents, Series.SeriesService series, AgentServices services)
    {
        (this.host, this.notices, this.workspaces, this.documents, this.services) = (host, notices, workspaces, documents, services);
        evaluator = new PatternEvaluator(host, documents, series, services.Time);
        logger = services.Loggers.CreateLogger<PatternLoop>();
    }

    public void Start() => running = RunAsync();

    /// <summary>Has every pattern looked for and look at the next turn, whatever was heard.</summary>
    public void LookAtAll() => hasLooked = false;

    /// <summary>Takes in what there is to hear and has patterns look once.</summary>
    /// <returns>False when there is nothing more to look at now.</returns>
    /// <exception cref="TemporalException">Something did not answer; what is due stays due.</exception>
    public async ValueTask<bool> TurnAsync(CancellationToken cancellationToken)
    {
        try
        {
            await HearAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            // What was heard may be lost with it, so everything is looked at anew.
            hasLooked = false;
            throw;
        }

        var hasMore = false;
        foreach (var workspace in due.ToList())
        {
            var again = false;
            foreach (var pattern in patterns.GetValueOrDefault(workspace, []))
            {
                var (more, waits) = await evaluator.TurnAsync(workspace, pattern, cancellationToken).ConfigureAwait(false);
                again |= more;
                _ = waits && later.Add(workspace);
            }

            hasMore |= again;
            _ = again || due.Remove(workspace);
        }

        return hasMore;
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        await running.ConfigureAwait(false);
        reader?.Dispose();
        stopping.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                var isQuiet = await TryTurnAsync().ConfigureAwait(false);
                await Task.Delay(Pause, services.Time, stopping.Token).ConfigureAwait(false);
                if (isQuiet && reader is not null)
                {
                    await reader.WhenAnyAsync(LookInterval, services.Time, stopping.Token).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            LogStopped();
        }
    }

    private async ValueTask<bool> TryTurnAsync()
    {
        try
        {
            return !await TurnAsync(stopping.Token).ConfigureAwait(false);
        }
        catch (TemporalException failure)
        {
            LogFailed(failure);
            await Task.Delay(LookInterval, services.Time, stopping.Token).ConfigureAwait(false);
            return false;
        }
    }

    private async ValueTask HearAsync(CancellationToken cancellationToken)
    {
        // Heard of from now on, so nothing falls between the look and the next notice.
        reader ??= notices.Hear(new NoticeFilter { Kinds = [AgentKind.Series, AgentKind.Kv] });
        if (!hasLooked)
        {
            await LookAsync(cancellationToken).ConfigureAwait(false);
            hasLooked = true;
            return;
        }

        if (reader.TryTake() is { } batch)
        {
            if (batch.HasLost)
            {
                await LookAsync(cancellationToken).ConfigureAwait(false);
            }

            foreach (var agent in batch.Notices.Select(static notice => notice.Agent))
            {
                if (agent is { Kind: AgentKind.Kv, Name: PatternDocuments.Definitions })
                {
                    await LookAsync(agent.Workspace, cancellationToken).ConfigureAwait(false);
                }
                else if (agent.Kind == AgentKind.Series && agent.Name != PatternAlerts.Stream && patterns.ContainsKey(agent.Workspace))
                {
                    due.Add(agent.Workspace);
                }
            }
        }

        if (services.Time.GetElapsedTime(lookedAt) >= LookInterval)
        {
            due.UnionWith(later);
            later.Clear();
            if (!host.Lease.IsFresh(lookedAt))
            {
                await LookAsync(cancellationToken).ConfigureAwait(false);
            }

            lookedAt = services.Time.GetTimestamp();
        }
    }

    private async ValueTask LookAsync(CancellationToken cancellationToken)
    {
        patterns.Clear();
        string? after = null;
        while (true)
        {
            var page = await workspaces.ListAsync(CallContext.Local, after, Limits.PageCountMax, cancellationToken).ConfigureAwait(false);
            foreach (var workspace in page)
            {
                await LookAsync(workspace.Name, cancellationToken).ConfigureAwait(false);
            }

            if (page.Length < Limits.PageCountMax)
            {
                break;
            }

            after = page[^1].Name;
        }

        lookedAt = services.Time.GetTimestamp();
    }

    private async ValueTask LookAsync(string workspace, CancellationToken cancellationToken)
    {
        patterns.Remove(workspace);
        if (!await host.IsOwnedHereAsync(SystemAgents.CatalogOf(workspace), cancellationToken).ConfigureAwait(false))
        {
            return;
        }

        try
        {
            var query = new KvListQuery { Limit = Limits.PatternsMax, WithValues = true };
            var page = await documents.ListAsync(CallContext.Local, workspace, PatternDocuments.Definitions, query, cancellationToken).ConfigureAwait(false);
            ImmutableArray<PatternEntry> found = [.. page.Entries.Select(TryRead).OfType<PatternEntry>()];
            if (!found.IsEmpty)
            {
                patterns[workspace] = found;
                due.Add(workspace);
            }
        }
        catch (TemporalException gone) when (gone.Code == ErrorCodes.WorkspaceNotFound)
        {
            due.Remove(workspace);
        }
    }

    // What somebody has written by hand and is no pattern must not keep the others from looking.
    private PatternEntry? TryRead(KvListEntry entry)
    {
        try
        {
            return PatternDocuments.ReadDefinition(entry.Key, entry.WriteId, entry.SystemTime, entry.Value);
        }
        catch (TemporalException unreadable)
        {
            LogUnreadable(entry.Key, unreadable);
            return null;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Patterns did not look at what is new; they will")]
    private partial void LogFailed(Exception failure);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The document '{Name}' is no pattern and is passed over")]
    private partial void LogUnreadable(string name, Exception failure);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Patterns stopped looking")]
    private partial void LogStopped();
}
