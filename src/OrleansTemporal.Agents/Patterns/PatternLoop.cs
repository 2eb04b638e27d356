using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Hosting;
using OrleansTemporal.Kv;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Patterns;

/// <summary>
/// Has patterns look at what is new, when a notice says so or the clock has gone on. It keeps nothing that counts: after a
/// crash, or when notices were lost, every pattern looks from where it has stored that it stands. Where several processes
/// share a store, the one that owns a workspace's catalog does it for the workspace. A pattern that can not go on, or a
/// workspace that can not be looked at, keeps no other one from looking.
/// </summary>
internal sealed partial class PatternLoop : BackgroundLoop
{
    // What comes meanwhile is looked at together. A turn rests as long as it has worked, this long at the least and a tenth of
    // a second at most, so that many points cost half of a processor and few are looked at when they come.
    private static readonly TimeSpan PauseMin = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan PauseMax = TimeSpan.FromMilliseconds(100);

    // What other processes have written is found by looking, and so is what the clock makes certain.
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    private readonly IAgentHost host;
    private readonly NoticeHub notices;
    private readonly WorkspaceService workspaces;
    private readonly KvService documents;
    private readonly AgentServices services;
    private readonly PatternEvaluator evaluator;
    private readonly ILogger logger;
    private readonly SortedDictionary<string, ImmutableArray<PatternEntry>> patterns = new(StringComparer.Ordinal);
    private readonly HashSet<string> due = new(StringComparer.Ordinal);
    private readonly HashSet<string> later = new(StringComparer.Ordinal);
    private NoticeReader? reader;
    private bool hasLooked;
    private long lookedAt;

    public PatternLoop(IAgentHost host, NoticeHub notices, WorkspaceService workspaces, KvService documents, Series.SeriesService series, AgentServices services)
        : base(services.Time, LookInterval, services.Loggers.CreateLogger<PatternLoop>())
    {
        (this.host, this.notices, this.workspaces, this.documents, this.services) = (host, notices, workspaces, documents, services);
        logger = services.Loggers.CreateLogger<PatternLoop>();
        evaluator = new PatternEvaluator(host, documents, new PatternAlerts(series, logger), series, services.Time);
    }

    /// <summary>Has every pattern looked for and look at the next turn, whatever was heard.</summary>
    public void LookAtAll() => hasLooked = false;

    /// <summary>Takes in what there is to hear and has patterns look once.</summary>
    /// <returns>False when there is nothing more to look at now.</returns>
    /// <exception cref="TemporalException">Something did not answer; what is due comes again, and the rest is done.</exception>
    public async ValueTask<bool> TurnAsync(CancellationToken cancellationToken)
    {
        var (looks, turns) = (new Failures(), new Failures());
        var hasMore = await TurnAsync(looks, turns, cancellationToken).ConfigureAwait(false);
        looks.ThrowIfAny();
        turns.ThrowIfAny();
        return hasMore;
    }

    private async ValueTask<bool> TurnAsync(Failures looks, Failures turns, CancellationToken cancellationToken)
    {
        await looks.TryAsync(token => HearAsync(looks, token), cancellationToken).ConfigureAwait(false);

        // What was heard may be lost with what failed, so everything is looked at anew.
        hasLooked &= looks.First is null;
        var hasMore = false;
        foreach (var workspace in due.ToList())
        {
            var again = false;
            foreach (var pattern in patterns.GetValueOrDefault(workspace, []))
            {
                var isDone = await turns.TryAsync(
                    async token =>
                    {
                        var (more, waits) = await evaluator.TurnAsync(workspace, pattern, token).ConfigureAwait(false);
                        again |= more;
                        _ = waits && later.Add(workspace);
                    },
                    cancellationToken).ConfigureAwait(false);
                _ = !isDone && later.Add(workspace);
            }

            hasMore |= again;
            _ = again || due.Remove(workspace);
        }

        return hasMore;
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync().ConfigureAwait(false);
        reader?.Dispose();
    }

    protected override async ValueTask StepAsync(CancellationToken cancellationToken)
    {
        var (looks, turns) = (new Failures(), new Failures());
        var begun = services.Time.GetTimestamp();
        var isQuiet = !await TurnAsync(looks, turns, cancellationToken).ConfigureAwait(false);
        if (turns.First is { } failure)
        {
            LogFailed(failure);
        }

        looks.ThrowIfAny();
        var worked = services.Time.GetElapsedTime(begun);
        await Task.Delay(worked < PauseMin ? PauseMin : worked > PauseMax ? PauseMax : worked, services.Time, cancellationToken).ConfigureAwait(false);
        if (isQuiet && reader is not null)
        {
            await reader.WhenAnyAsync(LookInterval, services.Time, cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask HearAsync(Failures failures, CancellationToken cancellationToken)
    {
        // Heard of from now on, so nothing falls between the look and the next notice.
        reader ??= notices.Hear(new NoticeFilter { Kinds = [AgentKind.Series, AgentKind.Kv] });
        if (!hasLooked)
        {
            await LookAsync(failures, cancellationToken).ConfigureAwait(false);
            hasLooked = true;
            return;
        }

        if (reader.TryTake() is { } batch)
        {
            if (batch.HasLost)
            {
                await LookAsync(failures, cancellationToken).ConfigureAwait(false);
            }

            foreach (var agent in batch.Notices.Select(static notice => notice.Agent))
            {
                if (agent is { Kind: AgentKind.Kv, Name: PatternDocuments.Definitions })
                {
                    await failures.TryAsync(token => LookAsync(agent.Workspace, token), cancellationToken).ConfigureAwait(false);
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
                await LookAsync(failures, cancellationToken).ConfigureAwait(false);
            }

            lookedAt = services.Time.GetTimestamp();
        }
    }

    private async ValueTask LookAsync(Failures failures, CancellationToken cancellationToken)
    {
        patterns.Clear();
        await foreach (var workspace in workspaces.ListAllAsync(cancellationToken).ConfigureAwait(false))
        {
            await failures.TryAsync(token => LookAsync(workspace, token), cancellationToken).ConfigureAwait(false);
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

    [LoggerMessage(Level = LogLevel.Warning, Message = "A pattern did not look at what is new; it will")]
    private partial void LogFailed(Exception failure);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The document '{Name}' is no pattern and is passed over")]
    private partial void LogUnreadable(string name, Exception failure);
}
