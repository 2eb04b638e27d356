using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
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
        var parts = operations.GroupBy(operation => route.PartitionOf(operation.Id)).OrderBy(static part => part.Key).ToArray();
        if (parts.Length > 1)
        {
            await RequireThereAsync(route, operations, stamp, cancellationToken).ConfigureAwait(false);
        }

        var group = GroupOf(stamp);
        var results = new (int, VectorWriteResult)[parts.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            var part = write with { Operations = [.. parts[i]], Group = parts.Length == 1 ? null : new WriteGroup(group, parts.Length, i) };
            results[i] = (parts[i].Key, await route.Agents[parts[i].Key].WriteAsync(part, cancellationToken).ConfigureAwait(false));
        }

        return (route, results);
    }

    // What is not there can not end. A repeated batch may have ended it itself, so that is left to the agents to know.
    private async ValueTask RequireThereAsync(VectorRoute route, ImmutableArray<VectorOperation> operations, OperationStamp? stamp, CancellationToken cancellationToken)
    {
        var put = new HashSet<string>(StringComparer.Ordinal);
        foreach (var operation in operations)
        {
            if (operation.IsDelete && stamp is null && !put.Contains(operation.Id)
                && (await route.AgentOf(operation.Id).GetAsync(route.Entry.Sequence, operation.Id, AsOf.Latest, cancellationToken).ConfigureAwait(false)).Version is null)
            {
                throw new TemporalException(ErrorKind.NotFound, ErrorCodes.KeyNotFound, $"There is no vector '{operation.Id}' in '{route.Entry.Name}'.") { Field = "id" };
            }

            if (!operation.IsDelete)
            {
                put.Add(operation.Id);
            }
        }
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

    // From the stamp when there is one, so that a retry makes the parts of the same group.
    private UInt128 GroupOf(OperationStamp? stamp)
    {
        var time = clock.Next();
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(stamp?.Key ?? time.ToString()));
        return new UInt128(stamp is null ? time.Value : BitConverter.ToUInt64(hash, 8), BitConverter.ToUInt64(hash));
    }

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
