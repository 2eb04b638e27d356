using System.Collections.Immutable;
using System.Globalization;
using OrleansTemporal.Agents;
using OrleansTemporal.Catalog;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Operations;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Kv;

public sealed partial class KvService
{
    /// <summary>
    /// Writes a batch. Over one partition it is atomic; over several each partition's part is, and a retry with the same
    /// idempotency key completes what a crash left out, wherever the keys are by then.
    /// </summary>
    /// <exception cref="TemporalException">Invalid, <c>keys_span_partitions</c>, when it must be atomic and can not; Invalid, <c>invalid_name</c>, for a namespace of the system.</exception>
    public async ValueTask<KvBatchResult> BatchAsync(
        CallContext call, string workspace, string ns, ImmutableArray<KvOperation> operations, bool atomic, KvPutOptions options, CancellationToken cancellationToken)
    {
        RequireCount(operations.Length, "operations");
        foreach (var operation in operations)
        {
            EntityKeys.Validate(operation.Key, "key");
        }

        var bytes = operations.Sum(static operation => (long)operation.Value.Length);
        var (route, ordered) = await EnterForWriteAsync(call, workspace, ns, options, bytes, cancellationToken).ConfigureAwait(false);
        var stamp = call.IdempotencyKey is null ? null : OperationStamps.Of(call, "batch", $"kv/{workspace}/{ns}", KvBatchDigest.BytesOf(operations));
        operations = WithDefault(operations, route.Settings.TimeToLive);
        var progress = new BatchProgress(operations);
        var group = default(UInt128?);
        for (var attempts = 0; ;)
        {
            try
            {
                if (stamp is not null && route.HasMoved)
                {
                    await RecallAsync(route, stamp, progress, cancellationToken).ConfigureAwait(false);
                }

                if (progress.Rest.IsEmpty)
                {
                    return progress.ToResult();
                }

                var rest = await EncryptedAsync(route, progress.Rest, cancellationToken).ConfigureAwait(false);
                var parts = rest.GroupBy(operation => route.PartitionOf(operation.Key)).OrderBy(static part => part.Key).ToArray();
                var write = Compose(ordered, route, rest, options, stamp);
                if (parts.Length == 1 && progress.Results.Count == 0)
                {
                    progress.Add(await route.Agents[parts[0].Key].WriteAsync(write, cancellationToken).ConfigureAwait(false));
                    return progress.ToResult();
                }

                RequireParts(operations, atomic, parts.Length);
                group ??= GroupOf(stamp, operations);
                await WritePartsAsync(route, write, parts, group.Value, progress, cancellationToken).ConfigureAwait(false);
                return progress.ToResult();
            }
            catch (TemporalException moved) when (IsOutdated(moved, workspace, ns, route, ref attempts))
            {
                // What is written stays written; the rest goes where its slots are now.
                route = await routes.GetOrCreateAsync(workspace, ns, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static async ValueTask WritePartsAsync(
        KvRoute route, KvWrite write, IGrouping<int, KvOperation>[] parts, UInt128 group, BatchProgress progress, CancellationToken cancellationToken)
    {
        var before = progress.Results.Count;
        for (var i = 0; i < parts.Length; i++)
        {
            var part = write with
            {
                Operations = [.. parts[i].Select(static operation => operation with { MayBeAbsent = true })],
                Group = new WriteGroup(group, before + parts.Length, before + i),
            };
            progress.Add(await route.Agents[parts[i].Key].WriteAsync(part, cancellationToken).ConfigureAwait(false));
        }
    }

    // What an earlier try has written is not in the partitions' parts any more, but it may have been in other parts.
    private static async ValueTask RecallAsync(KvRoute route, OperationStamp stamp, BatchProgress progress, CancellationToken cancellationToken)
    {
        foreach (var part in progress.Rest.GroupBy(operation => route.PartitionOf(operation.Key)).OrderBy(static part => part.Key).ToArray())
        {
            var keys = part.Select(static operation => operation.Key).ToHashSet(StringComparer.Ordinal);
            var slots = keys.Select(SlotHash.Of).ToHashSet();
            var query = new KvRecallQuery { Operation = stamp, Slots = SlotSet.Where(slots.Contains) };
            foreach (var result in await route.Agents[part.Key].RecallAsync(query, cancellationToken).ConfigureAwait(false))
            {
                if (result.Outcomes.Any(outcome => keys.Contains(outcome.Key)))
                {
                    progress.Add(result);
                }
            }
        }
    }

    // Bad input must change nothing, so every operation is looked at before the first part is written.
    private static void RequireParts(ImmutableArray<KvOperation> operations, bool atomic, int partCount)
    {
        if (atomic)
        {
            throw new TemporalException(
                ErrorKind.Invalid, ErrorCodes.KeysSpanPartitions, $"The keys of this batch live in {partCount} partitions; an atomic batch needs one.")
            {
                Field = "operations",
            };
        }

        foreach (var operation in operations)
        {
            RequireUnconditional(operation);
            KvPreparedWrite.Validate(operation);
        }
    }

    // Over several partitions a condition can not be held while the other parts are written, so none is accepted there.
    private static void RequireUnconditional(KvOperation operation)
    {
        if (operation.IfMatch is not null || operation.IfAbsent || operation.IfPresent)
        {
            throw new TemporalException(
                ErrorKind.Invalid, ErrorCodes.KeysSpanPartitions, "A batch over several partitions takes no conditions; send those operations by themselves.")
            {
                Field = "operations",
            };
        }
    }

    // The settings of the moment are written into each operation, so that a change of them changes nothing that stands.
    private static ImmutableArray<KvOperation> WithDefault(ImmutableArray<KvOperation> operations, TimeSpan? timeToLive) =>
        timeToLive is null
            ? operations
            : [.. operations.Select(operation => operation.Kind == KvOperationKind.Put ? operation with { TimeToLive = operation.TimeToLive ?? timeToLive } : operation)];

    private static string ToText(TimeSpan? timeToLive) => timeToLive is { } time ? string.Create(CultureInfo.InvariantCulture, $"ttl {time.Ticks}") : "";

    // From the stamp when there is one, so that a retry makes the parts of the same group. It stands in headers for ever, so
    // nothing of a value may be in it.
    private UInt128 GroupOf(OperationStamp? stamp, ImmutableArray<KvOperation> operations)
    {
        var hash = System.Security.Cryptography.SHA256.HashData(
            System.Text.Encoding.UTF8.GetBytes(stamp?.Key ?? string.Join('\n', operations.Select(static operation => operation.Key))));
        var high = stamp is null ? clock.Next().Value : BitConverter.ToUInt64(hash, 8);
        return new UInt128(high, BitConverter.ToUInt64(hash));
    }

    private sealed class BatchProgress(ImmutableArray<KvOperation> operations)
    {
        /// <summary>What is not written yet.</summary>
        public ImmutableArray<KvOperation> Rest { get; private set; } = operations;

        public List<KvWriteResult> Results { get; } = [];

        public void Add(KvWriteResult result)
        {
            if (Results.Exists(known => known.Receipt.Agent == result.Receipt.Agent && known.Receipt.Sequence == result.Receipt.Sequence))
            {
                return;
            }

            var written = result.Outcomes.Select(static outcome => outcome.Key).ToHashSet(StringComparer.Ordinal);
            Rest = Rest.RemoveAll(operation => written.Contains(operation.Key));
            Results.Add(result);
        }

        public KvBatchResult ToResult() => new([.. Results], Results.Max(static result => result.Receipt.SystemTime));
    }
}
