using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Kv;

namespace OrleansTemporal.Lifecycle;

public sealed partial class LifecycleService
{
    private async ValueTask<ImmutableSortedDictionary<string, long>> DistillAsync(
        string workspace, bool isDryRun, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        var policy = (await FindAsync(workspace, cancellationToken).ConfigureAwait(false)).Policy;
        var ids = (await agents.ListIdsAsync(workspace, cancellationToken).ConfigureAwait(false)).Where(static id => id.Kind == AgentKind.Kv).ToArray();
        var sum = new DistillReport();
        for (var i = 0; i < ids.Length; i++)
        {
            var order = new DistillOrder { ReplacedBefore = ReplacedBefore(policy, ids[i]), IsDryRun = isDryRun };
            sum = sum.And(await DistillAsync(directory.Get<IStorageAgent>(ids[i]), order, policy.BytesPerSecondMax, cancellationToken).ConfigureAwait(false));
            progress?.Report((i + 1.0) / ids.Length);
        }

        var counts = CountsOf(sum, ids.Length);
        if (!isDryRun && sum.Removed + sum.Rewritten > 0)
        {
            await RecordAsync(workspace, new LifecycleRun { Process = LifecycleProcess.Distillation, Counts = counts }, cancellationToken).ConfigureAwait(false);
        }

        return counts;
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
