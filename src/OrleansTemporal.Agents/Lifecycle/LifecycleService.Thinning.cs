using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Timelines;

namespace OrleansTemporal.Lifecycle;

public sealed partial class LifecycleService
{
    /// <summary>The resolution of what is folded into one state.</summary>
    private const string BaseResolution = "base";

    // A request that is sent again with its idempotency key is answered from its delta for as long.
    private static readonly TimeSpan ThinnedAgeMin = TimeSpan.FromDays(1);

    private async ValueTask<DistillReport> ThinAsync(
        string workspace, LifecyclePolicy policy, bool isDryRun, string actor, CancellationToken cancellationToken)
    {
        var sum = new DistillReport();
        var ids = (await agents.ListIdsAsync(workspace, cancellationToken).ConfigureAwait(false)).Where(static id => id.Kind == AgentKind.Timelines);
        foreach (var id in ids)
        {
            var order = new TimelineThinOrder { Levels = LevelsOf(policy, id), IsDryRun = isDryRun, Actor = actor };
            var agent = directory.Get<ITimelineAgent>(id);
            sum = sum.And(await ThinAsync(policy, () => agent.ThinAsync(order, cancellationToken), isDryRun, cancellationToken).ConfigureAwait(false));
        }

        return sum;
    }

    // Step by step, no faster than the policy wants.
    private async ValueTask<DistillReport> ThinAsync(LifecyclePolicy policy, Func<ValueTask<DistillReport>> thin, bool isDryRun, CancellationToken cancellationToken)
    {
        var sum = new DistillReport();
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
            var step = await thin().ConfigureAwait(false);
            sum = sum.And(step);
            if (policy.BytesPerSecondMax is { } rate && step.BytesBefore > 0 && !isDryRun)
            {
                await Task.Delay(TimeSpan.FromSeconds((double)step.BytesBefore / rate), services.Time, cancellationToken).ConfigureAwait(false);
            }
        }
        while (sum.HasMore);

        return sum;
    }

    // The coarsest first; none where no rule is for the timeline.
    private ImmutableArray<ThinningLevel> LevelsOf(LifecyclePolicy policy, AgentId id)
    {
        if (policy.Retention.FirstOrDefault(rule => rule.IsFor($"timelines/{id.Name}")) is not { } rule)
        {
            return [];
        }

        var levels = ImmutableArray.CreateBuilder<ThinningLevel>();
        var now = services.Clock.Next().Milliseconds;
        if (rule.Keep > TimeSpan.Zero)
        {
            levels.Add(new ThinningLevel(BaseResolution, Before(rule.Keep), 0, 0, 0));
        }

        if (rule.KeepLast > 0)
        {
            levels.Add(new ThinningLevel(BaseResolution, Before(ThinnedAgeMin), rule.KeepLast, 0, 0));
        }

        foreach (var level in rule.Downsample.Reverse())
        {
            levels.Add(level.Every > 0
                ? new ThinningLevel($"{level.Every} steps", Before(ThinnedAgeMin), level.AfterLast, 0, level.Every)
                : new ThinningLevel(Durations.Format(level.To), Before(level.After), 0, (long)level.To.TotalMilliseconds, 0));
        }

        return levels.DrainToImmutable();

        HybridTimestamp Before(TimeSpan age) => HybridTimestamp.FromMilliseconds(Math.Max(0, now - (long)age.TotalMilliseconds));
    }

    private static ImmutableSortedDictionary<string, long> CountsOfSteps(DistillReport sum) => ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal,
    [
        KeyValuePair.Create("steps", sum.Versions),
        KeyValuePair.Create("stepCandidates", sum.Candidates),
        KeyValuePair.Create("removedSteps", sum.Removed),
    ]);
}
