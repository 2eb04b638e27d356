using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Kv;
using OrleansTemporal.Operations;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Vectors;

public sealed partial class VectorService
{
    /// <summary>Writes one vector.</summary>
    /// <param name="call">Who calls.</param>
    /// <param name="workspace">The workspace.</param>
    /// <param name="collection">The collection.</param>
    /// <param name="operation">The vector, or its end.</param>
    /// <param name="causes">Writes that it follows from, of documents or of vectors of the collection.</param>
    /// <param name="cancellationToken">Stops the wait; the outcome is unknown then.</param>
    /// <exception cref="TemporalException">NotFound, <c>collection_not_found</c>, <c>key_not_found</c>; Invalid, <c>invalid_vector</c>, <c>cause_not_found</c>.</exception>
    public async ValueTask<VectorWriteResult> WriteAsync(
        CallContext call, string workspace, string collection, VectorOperation operation, ImmutableArray<WriteId> causes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(operation);
        var (_, parts) = await WriteAsync(
            call, workspace, collection, [operation], causes, operation.IsDelete ? "delete" : "put", $"/{operation.Id}", cancellationToken).ConfigureAwait(false);
        return parts[0].Result;
    }

    /// <inheritdoc cref="WriteAsync(CallContext, string, string, VectorOperation, ImmutableArray{WriteId}, CancellationToken)"/>
    public ValueTask<VectorWriteResult> WriteAsync(
        CallContext call, string workspace, string collection, VectorOperation operation, CancellationToken cancellationToken) =>
        WriteAsync(call, workspace, collection, operation, [], cancellationToken);

    /// <summary>
    /// Writes a batch. Over one partition all of it in one delta, or nothing; over several each partition's part is, and a
    /// retry with the same idempotency key completes what a crash left out, never twice.
    /// </summary>
    /// <inheritdoc cref="WriteAsync(CallContext, string, string, VectorOperation, ImmutableArray{WriteId}, CancellationToken)"/>
    public async ValueTask<VectorBatchResult> BatchAsync(
        CallContext call,
        string workspace,
        string collection,
        ImmutableArray<VectorOperation> operations,
        ImmutableArray<WriteId> causes,
        CancellationToken cancellationToken)
    {
        var (route, parts) = await WriteAsync(call, workspace, collection, operations, causes, "batch", "", cancellationToken).ConfigureAwait(false);
        if (parts.Length == 1)
        {
            return new VectorBatchResult([parts[0].Result.Receipt], parts[0].Result.Outcomes, parts[0].Result.Replayed);
        }

        var places = parts.ToDictionary(static part => part.Partition, static part => part.Result.Outcomes.AsEnumerable().GetEnumerator());
        var outcomes = ImmutableArray.CreateBuilder<VectorOutcome>(operations.Length);
        foreach (var operation in operations)
        {
            var of = places[route.PartitionOf(operation.Id)];
            if (of.MoveNext())
            {
                outcomes.Add(of.Current);
            }
        }

        return new VectorBatchResult([.. parts.Select(static part => part.Result.Receipt)], outcomes.DrainToImmutable(), parts.All(static part => part.Result.Replayed));
    }

    /// <inheritdoc cref="BatchAsync(CallContext, string, string, ImmutableArray{VectorOperation}, ImmutableArray{WriteId}, CancellationToken)"/>
    public ValueTask<VectorBatchResult> BatchAsync(
        CallContext call, string workspace, string collection, ImmutableArray<VectorOperation> operations, CancellationToken cancellationToken) =>
        BatchAsync(call, workspace, collection, operations, [], cancellationToken);

    private async ValueTask<(VectorRoute Route, (int Partition, VectorWriteResult Result)[] Parts)> WriteAsync(
        CallContext call,
        string workspace,
        string collection,
        ImmutableArray<VectorOperation> operations,
        ImmutableArray<WriteId> causes,
        string verb,
        string suffix,
        CancellationToken cancellationToken)
    {
        await access.EnterAsync(call, new Resource(workspace, AgentKind.Vectors, collection), Verb.Write, cancellationToken).ConfigureAwait(false);
        var route = await RequireAsync(workspace, collection, AsOf.Latest, cancellationToken).ConfigureAwait(false);
        var bytes = operations.Sum(static operation => ((long)operation.Vector.Length * sizeof(float)) + operation.Metadata.Length);
        await access.ChargeAsync(workspace, bytes, cancellationToken).ConfigureAwait(false);
        call = await FollowCausesAsync(call, workspace, route, causes, cancellationToken).ConfigureAwait(false);
        var stamp = call.IdempotencyKey is null ? null
            : OperationStamps.Of(call, verb, $"vectors/{workspace}/{collection}{suffix}", call.BodyDigest.IsZero ? BytesOf(operations) : [], TextOf(causes));
        var write = new VectorWrite
        {
            Collection = route.Entry.Sequence,
            Settings = route.Settings,
            Operations = operations,
            Operation = stamp,
            Actor = call.Principal.Name,
            Durability = (await workspaces.FindAsync(workspace, cancellationToken).ConfigureAwait(false)).Durability,
            Observed = call.Observed,
            Causes = causes,
        };
        if (route.Agents.Length == 1)
        {
            return (route, [(0, await route.Agents[0].WriteAsync(write, cancellationToken).ConfigureAwait(false))]);
        }

        // Bad input must change nothing, so all of it is looked at before the first part is written.
        VectorPreparedWrite.Validate(write);
        return (route, await WritePartsAsync(route, write, cancellationToken).ConfigureAwait(false));
    }

    // Those of vectors are of this collection's agents; all others are of documents.
    private async ValueTask<CallContext> FollowCausesAsync(
        CallContext call, string workspace, VectorRoute route, ImmutableArray<WriteId> causes, CancellationToken cancellationToken)
    {
        if (causes.IsDefaultOrEmpty)
        {
            return call;
        }

        if (causes.Length > Limits.CausesMax)
        {
            throw new TemporalException(ErrorKind.TooLarge, ErrorCodes.HeaderTooLarge, $"A write follows from at most {Limits.CausesMax} others.")
            {
                Field = "causes",
                Limit = Limits.CausesMax,
            };
        }

        var digests = new Dictionary<uint, int>();
        for (var partition = 0; partition < route.Ids.Length; partition++)
        {
            digests.TryAdd(route.Ids[partition].Digest, partition);
        }

        foreach (var own in causes.GroupBy(static cause => cause.AgentDigest))
        {
            if (!digests.TryGetValue(own.Key, out var partition))
            {
                continue;
            }

            var status = await route.Agents[partition].GetStatusAsync(cancellationToken).ConfigureAwait(false);
            foreach (var cause in own.Where(cause => cause.Sequence > status.Sequence || cause.IsNone))
            {
                throw KvService.CauseNotFound(cause);
            }

            call = call with { Observed = HybridTimestamp.Max(call.Observed, status.SystemTime) };
        }

        return await documents.FollowCausesAsync(call, workspace, [.. causes.Where(cause => !digests.ContainsKey(cause.AgentDigest))], cancellationToken).ConfigureAwait(false);
    }

    private static string TextOf(ImmutableArray<WriteId> causes) => causes.IsDefaultOrEmpty ? "" : $"causes {string.Join(',', causes)}";

    // Everything that makes two writes differ, each part with its length in front.
    private static byte[] BytesOf(ImmutableArray<VectorOperation> operations)
    {
        using var bytes = new MemoryStream();
        foreach (var operation in operations)
        {
            Append(bytes, Encoding.UTF8.GetBytes(operation.Id));
            Append(bytes, operation.IsDelete ? [1] : [0]);
            Append(bytes, operation.Metadata.Span);
            Append(bytes, MemoryMarshal.AsBytes(operation.Vector.Span));
            if (operation.IfMatch is not null || operation.IfAbsent || operation.IfPresent)
            {
                Append(bytes, Encoding.UTF8.GetBytes($"{operation.IfMatch} {operation.IfAbsent} {operation.IfPresent}"));
            }
        }

        return bytes.ToArray();
    }

    private static void Append(MemoryStream bytes, ReadOnlySpan<byte> part)
    {
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, part.Length);
        bytes.Write(length);
        bytes.Write(part);
    }
}
