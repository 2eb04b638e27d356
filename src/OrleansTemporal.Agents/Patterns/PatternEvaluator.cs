using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Kv;
using OrleansTemporal.Series;

namespace OrleansTemporal.Patterns;

/// <summary>
/// Looks at what is new to a pattern, writes the matches, then how far it has looked: whoever dies between finds the matches
/// there and writes none twice. It keeps nothing.
/// </summary>
internal sealed class PatternEvaluator(IAgentDirectory directory, KvService documents, PatternAlerts alerts, SeriesService series, TimeProvider time)
{
    private const int DeltasPerTurn = 1_000;
    private const int TimesPerTurn = 1_000_000;

    /// <summary>One turn of one pattern.</summary>
    /// <returns>Whether there is more to look at now, and whether there will be when the clock has gone on.</returns>
    public async ValueTask<(bool HasMore, bool HasLater)> TurnAsync(string workspace, PatternEntry pattern, CancellationToken cancellationToken)
    {
        var stored = await documents.GetAsync(CallContext.Local, workspace, PatternDocuments.Progress, pattern.Name, AsOf.Latest, cancellationToken).ConfigureAwait(false);
        var progress = stored.Version is { IsDeleted: false } version ? PatternDocuments.ReadProgress(version.Value) : null;
        progress = progress?.Version == pattern.Version.ToString() ? progress : new PatternProgress { Version = pattern.Version.ToString(), Through = pattern.From };
        var news = await ReadNewsAsync(workspace, pattern, progress.Through, cancellationToken).ConfigureAwait(false);
        var frontier = news.Times.Count == 0 ? progress.Frontier : Math.Max(progress.Frontier ?? long.MinValue, news.Times[^1]);
        var now = EventTime.FromDateTimeOffset(time.GetUtcNow()).Nanoseconds;

        // A clock that is ahead must not end what others still wait for.
        var certain = frontier is { } latest ? PatternScan.Plus(Math.Min(latest, now), -pattern.Definition.Lateness) : (long?)null;
        var isAbsence = pattern.Definition.Kind == PatternKind.NotFollowedBy;
        var hasPassed = isAbsence && certain is { } moment && progress.Decided is { } decided && moment > decided;
        var hasLater = isAbsence && frontier > now;
        if (news.Times.Count == 0 && !hasPassed)
        {
            if (news.HasChanged)
            {
                await StoreAsync(workspace, pattern, progress with { Through = news.Through }, cancellationToken).ConfigureAwait(false);
            }

            return (news.HasMore, hasLater);
        }

        var written = 0;
        var spans = PatternSpans.Of(news.Times, pattern.Definition.Within, hasPassed ? (progress.Decided!.Value, certain!.Value) : null);
        foreach (var span in spans)
        {
            await foreach (var match in new PatternScan(series, workspace, pattern.Definition, span, certain ?? long.MinValue).RunAsync(cancellationToken).ConfigureAwait(false))
            {
                written += await alerts.WriteAsync(workspace, pattern.Name, match, cancellationToken).ConfigureAwait(false) ? 1 : 0;
            }
        }

        await StoreAsync(
            workspace,
            pattern,
            progress with { Through = news.Through, Frontier = frontier, Decided = Later(progress.Decided, certain), MatchCount = progress.MatchCount + written },
            cancellationToken).ConfigureAwait(false);
        return (news.HasMore, hasLater);
    }

    private static long? Later(long? one, long? other) => one is null || other > one ? other : one;

    private async ValueTask StoreAsync(string workspace, PatternEntry pattern, PatternProgress progress, CancellationToken cancellationToken) =>
        await documents.PutAsync(
            CallContext.Local, workspace, PatternDocuments.Progress, pattern.Name, PatternDocuments.Write(progress), new KvPutOptions { IsOfSystem = true }, cancellationToken).ConfigureAwait(false);

    // Event times that deltas since the last turn have brought, ascending, and how far they were read.
    private async ValueTask<News> ReadNewsAsync(string workspace, PatternEntry pattern, ImmutableDictionary<AgentId, long> through, CancellationToken cancellationToken)
    {
        var times = new List<long>();
        var (hasMore, hasChanged) = (false, false);
        foreach (var stream in pattern.Definition.Conditions.Select(static condition => condition.Stream).Distinct(StringComparer.Ordinal))
        {
            foreach (var (agent, sequence) in await series.GetSequencesAsync(CallContext.Local, workspace, stream, cancellationToken).ConfigureAwait(false))
            {
                var seen = through.GetValueOrDefault(agent);
                if (sequence <= seen)
                {
                    continue;
                }

                var page = await directory.Get<IAgent>(agent).ReadDeltasAsync(seen, DeltasPerTurn, cancellationToken).ConfigureAwait(false);
                foreach (var bytes in page.Records)
                {
                    var record = DeltaRecord.Read(bytes);
                    (seen, hasChanged) = (record.Sequence, true);
                    if (record.Kind == SeriesPayload.Record && record.HasPayload)
                    {
                        times.AddRange(SeriesPayload.Read(record.Payload.Span).Times);
                    }

                    if (times.Count >= TimesPerTurn)
                    {
                        break;
                    }
                }

                through = through.SetItem(agent, seen);
                hasMore |= sequence > seen;
            }
        }

        times.Sort();
        return new News(times, through, hasMore, hasChanged);
    }

    private sealed record News(List<long> Times, ImmutableDictionary<AgentId, long> Through, bool HasMore, bool HasChanged);
}
