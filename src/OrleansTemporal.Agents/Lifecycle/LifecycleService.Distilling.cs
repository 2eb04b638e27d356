using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Kv;

namespace OrleansTemporal.Lifecycle;

public sealed partial class LifecycleService
{
    // Each value of the sample is asked for of each agent.
    private const int SampledValuesMax = 2_000;
    private const int SampleLookupsMax = 500_000;

    private async ValueTask<LifecycleReport> DistillAsync(
        string workspace, bool isDryRun, string actor, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        var policy = (await FindAsync(workspace, cancellationToken).ConfigureAwait(false)).Policy;
        var ids = (await agents.ListIdsAsync(workspace, cancellationToken).ConfigureAwait(false)).Where(static id => id.Kind == AgentKind.Kv).ToArray();
        var sum = new DistillReport();
        var fitness = new FitnessCounter(directory, ids, policy.Fitness, services.Clock.Next());
        var sampleCountMax = ids.Length == 0 ? 0 : Math.Max(1, Math.Min(SampledValuesMax, SampleLookupsMax / ids.Length) / ids.Length);
        for (var i = 0; i < ids.Length; i++)
        {
            var order = new DistillOrder { ReplacedBefore = ReplacedBefore(policy, ids[i]), SampleCountMax = sampleCountMax, IsDryRun = isDryRun };
            var ran = await DistillAsync(directory.Get<IStorageAgent>(ids[i]), order, policy.BytesPerSecondMax, cancellationToken).ConfigureAwait(false);
            await fitness.AddAsync(ids[i], ran.LiveValues, ran.Sample, cancellationToken).ConfigureAwait(false);
            sum = sum.And(ran with { Sample = [] });
            progress?.Report((i + 1.0) / ids.Length);
        }

        var counts = CountsOf(sum, ids.Length).AddRange(fitness.Counts());
        var thinned = await ThinAsync(workspace, policy, isDryRun, actor, cancellationToken).ConfigureAwait(false);
        counts = counts.AddRange(CountsOfSteps(thinned));
        var points = await ThinStreamsAsync(workspace, policy, isDryRun, actor, cancellationToken).ConfigureAwait(false);
        counts = counts.AddRange(CountsOfPoints(points));
        sum = sum.And(thinned).And(points);
        counts = counts.SetItems(
        [
            KeyValuePair.Create("rewrittenObjects", (long)sum.Rewritten),
            KeyValuePair.Create("bytesBefore", sum.BytesBefore),
            KeyValuePair.Create("bytesAfter", sum.BytesAfter),
        ]);
        if (!isDryRun && sum.Removed + sum.Rewritten > 0)
        {
            await RecordAsync(workspace, new LifecycleRun { Process = LifecycleProcess.Distillation, Counts = counts }, cancellationToken).ConfigureAwait(false);
        }

        return new LifecycleReport
        {
            Counts = counts,
            Garbage = fitness.Garbage,
            Savings = LifecycleSavings.Of(sum.BytesBefore - sum.BytesAfter, sum.Before, sum.After, sum.Rewritten, prices),
        };
    }

    private async ValueTask<DistillReport> DistillAsync(IStorageAgent agent, DistillOrder order, long? bytesPerSecondMax, CancellationToken cancellationToken)
    {
        var sum = new DistillReport();
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
            var step = await agent.DistillAsync(order, cancellationToken).ConfigureAwait(false);
            sum = sum.And(step);
            if (bytesPerSecondMax is { } rate && step.BytesBefore > 0 && !order.IsDryRun)
            {
                await Task.Delay(TimeSpan.FromSeconds((double)step.BytesBefore / rate), services.Time, cancellationToken).ConfigureAwait(false);
            }
        }
        while (sum.HasMore);

        return sum;
    }

    // Zero, before which nothing was replaced, where no rule is for the namespace.
    private HybridTimestamp ReplacedBefore(LifecyclePolicy policy, AgentId id)
    {
        var name = $"kv/{id.Name}";
        return policy.Retention.FirstOrDefault(rule => rule.IsFor(name)) is { } rule
            ? HybridTimestamp.FromMilliseconds(Math.Max(0, services.Clock.Next().Milliseconds - (long)rule.Keep.TotalMilliseconds))
            : HybridTimestamp.Zero;
    }

    private static ImmutableSortedDictionary<string, long> CountsOf(DistillReport sum, int agentCount) =>
        ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal,
        [
            KeyValuePair.Create("agents", (long)agentCount),
            KeyValuePair.Create("versions", sum.Versions),
            KeyValuePair.Create("candidates", sum.Candidates),
            KeyValuePair.Create("removedVersions", sum.Removed),
            KeyValuePair.Create("rewrittenObjects", (long)sum.Rewritten),
            KeyValuePair.Create("bytesBefore", sum.BytesBefore),
            KeyValuePair.Create("bytesAfter", sum.BytesAfter),
        ]);
}
