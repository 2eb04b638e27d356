using System.Security.Cryptography;
using System.Text;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Vectors;

/// <content>One write over several agents (architecture, section 4).</content>
public sealed partial class VectorService
{
    // Each agent is asked whether it takes its part before the first is written. From the first one that is there on, by this
    // call or by one before it with the same key, the others are written whatever happens in between.
    private async ValueTask<(int Partition, VectorWriteResult Result)[]> WritePartsAsync(VectorRoute route, VectorWrite write, CancellationToken cancellationToken)
    {
        var parts = write.Operations.GroupBy(operation => route.PartitionOf(operation.Id)).OrderBy(static part => part.Key)
            .Select(static part => (Partition: part.Key, Operations: part.ToArray())).ToArray();
        var isBegun = parts.Length > 1 && await TryOutAsync(route, write, parts, cancellationToken).ConfigureAwait(false);
        var group = GroupOf(write.Operation);
        var results = new (int, VectorWriteResult)[parts.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            var part = write with
            {
                Operations = [.. parts[i].Operations],
                Group = parts.Length == 1 ? null : new WriteGroup(group, parts.Length, i),
                IsBegun = isBegun,
            };
            results[i] = (parts[i].Partition, await route.Agents[parts[i].Partition].WriteAsync(part, cancellationToken).ConfigureAwait(false));
            isBegun = true;
        }

        return results;
    }

    // True when some part is there already. What the others would be refused for is no reason then: they were taken once.
    private static async ValueTask<bool> TryOutAsync(
        VectorRoute route, VectorWrite write, (int Partition, VectorOperation[] Operations)[] parts, CancellationToken cancellationToken)
    {
        var trials = Array.ConvertAll(parts, part => route.Agents[part.Partition].TryOutAsync(
            write with { Operations = [.. part.Operations.Select(static operation => operation with { Vector = default, Metadata = default })] }, cancellationToken).AsTask());
        await ((Task)Task.WhenAll(trials)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var isBegun = trials.Any(static trial => trial is { IsCompletedSuccessfully: true, Result: true });
        var refused = Array.Find(trials, trial => !trial.IsCompletedSuccessfully && !(isBegun && IsOutlived(trial)));
        if (refused is not null)
        {
            await refused.ConfigureAwait(false);
        }

        return isBegun;
    }

    private static bool IsOutlived(Task trial) =>
        trial.Exception?.InnerException is TemporalException { Code: ErrorCodes.KeyNotFound or ErrorCodes.PreconditionFailed or ErrorCodes.CollectionFull };

    // From the stamp when there is one, so that a retry makes the parts of the same group.
    private UInt128 GroupOf(OperationStamp? stamp)
    {
        var time = clock.Next();
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(stamp?.Key ?? time.ToString()));
        return new UInt128(stamp is null ? time.Value : BitConverter.ToUInt64(hash, 8), BitConverter.ToUInt64(hash));
    }
}
