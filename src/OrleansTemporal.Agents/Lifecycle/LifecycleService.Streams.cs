using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Series;

namespace OrleansTemporal.Lifecycle;

public sealed partial class LifecycleService
{
    private async ValueTask<DistillReport> ThinStreamsAsync(string workspace, LifecyclePolicy policy, bool isDryRun, string actor, CancellationToken cancellationToken)
    {
        var sum = new DistillReport();
        var ids = (await agents.ListIdsAsync(workspace, cancellationToken).ConfigureAwait(false)).Where(static id => id.Kind == AgentKind.Series);
        foreach (var id in ids)
        {
            // What the process before did not end is ended, also where no rule is left.
            var order = OrderOf(policy, id) with { IsDryRun = isDryRun, Actor = actor };
            var agent = directory.Get<IChronicleAgent>(id);
            sum = sum.And(await ThinAsync(policy, () => agent.ThinAsync(order, cancellationToken), isDryRun, cancellationToken).ConfigureAwait(false));
        }

        return sum;
    }

    // Ages count by event time.
    private SeriesThinOrder OrderOf(LifecyclePolicy policy, AgentId id)
    {
        var now = services.Clock.Next();
        var order = new SeriesThinOrder { WrittenBefore = HybridTimestamp.FromMilliseconds(Math.Max(0, now.Milliseconds - (long)ThinnedAgeMin.TotalMilliseconds)) };
        return policy.Retention.FirstOrDefault(rule => rule.IsFor($"series/{id.Name}")) is not { } rule ? order : order with
        {
            KeepFrom = rule.Keep > TimeSpan.Zero ? Before(rule.Keep) : long.MinValue,
            Levels = [.. rule.Downsample.Where(static level => level.To > TimeSpan.Zero).Select(level => new SeriesBand(Before(level.After), level.To.Ticks * TimeSpan.NanosecondsPerTick))],
        };

        long Before(TimeSpan age) => (long)Int128.Max(long.MinValue, (Int128)EventTime.Of(now).Nanoseconds - ((Int128)age.Ticks * TimeSpan.NanosecondsPerTick));
    }

    private static ImmutableSortedDictionary<string, long> CountsOfPoints(DistillReport sum) => ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal,
    [
        KeyValuePair.Create("points", sum.Versions),
        KeyValuePair.Create("pointCandidates", sum.Candidates),
        KeyValuePair.Create("removedPoints", sum.Removed),
    ]);
}
