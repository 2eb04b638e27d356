using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using OrleansTemporal.Agents;
using OrleansTemporal.Catalog;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Operations;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Vectors;

/// <summary>
/// Vectors by collection and id, and their nearest neighbours. Written once against <see cref="IAgentDirectory"/>, so it
/// serves a process, a silo and a cluster client alike. Thread-safe.
/// </summary>
public sealed partial class VectorService
{
    private readonly IAgentDirectory directory;
    private readonly AccessGate access;
    private readonly WorkspaceService workspaces;

    /// <summary>Makes the facade over a directory.</summary>
    public VectorService(IAgentDirectory directory, AccessGate access, WorkspaceService workspaces)
    {
        this.directory = directory;
        this.access = access;
        this.workspaces = workspaces;
    }

    /// <summary>Writes one vector.</summary>
    /// <param name="call">Who calls.</param>
    /// <param name="workspace">The workspace.</param>
    /// <param name="collection">The collection.</param>
    /// <param name="operation">The vector, or its end.</param>
    /// <param name="cancellationToken">Stops the wait; the outcome is unknown then.</param>
    /// <exception cref="TemporalException">NotFound, <c>collection_not_found</c>, <c>key_not_found</c>; Invalid, <c>invalid_vector</c>.</exception>
    public ValueTask<VectorWriteResult> WriteAsync(
        CallContext call, string workspace, string collection, VectorOperation operation, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(operation);
        return WriteAsync(call, workspace, collection, [operation], operation.IsDelete ? "delete" : "put", $"/{operation.Id}", cancellationToken);
    }

    /// <summary>Writes a batch: all of it in one delta, or nothing.</summary>
    /// <inheritdoc cref="WriteAsync(CallContext, string, string, VectorOperation, CancellationToken)"/>
    public ValueTask<VectorWriteResult> BatchAsync(
        CallContext call, string workspace, string collection, ImmutableArray<VectorOperation> operations, CancellationToken cancellationToken) =>
        WriteAsync(call, workspace, collection, operations, "batch", "", cancellationToken);

    /// <summary>Reads one vector, now or as of a moment.</summary>
    /// <exception cref="TemporalException">NotFound, <c>collection_not_found</c>; Invalid, <c>as_of_in_future</c>.</exception>
    public async ValueTask<VectorReadResult> GetAsync(
        CallContext call, string workspace, string collection, string id, AsOf asOf, CancellationToken cancellationToken)
    {
        await access.EnterAsync(call, new Resource(workspace, AgentKind.Vectors, collection), Verb.Read, cancellationToken).ConfigureAwait(false);
        var entry = await RequireAsync(workspace, collection, asOf, cancellationToken).ConfigureAwait(false);
        return await AgentOf(workspace, collection).GetAsync(entry.Sequence, id, asOf, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The nearest vectors, now or as of a moment.</summary>
    /// <exception cref="TemporalException">NotFound, <c>collection_not_found</c>; Invalid, <c>invalid_vector</c>, <c>invalid_field</c>, <c>as_of_in_future</c>.</exception>
    public async ValueTask<VectorAnswer> SearchAsync(
        CallContext call, string workspace, string collection, VectorQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        await access.EnterAsync(call, new Resource(workspace, AgentKind.Vectors, collection), Verb.Read, cancellationToken).ConfigureAwait(false);
        var entry = await RequireAsync(workspace, collection, query.AsOf, cancellationToken).ConfigureAwait(false);
        VectorRules.Require(SettingsOf(entry), query);
        return await AgentOf(workspace, collection).SearchAsync(query with { Collection = entry.Sequence }, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<VectorWriteResult> WriteAsync(
        CallContext call,
        string workspace,
        string collection,
        ImmutableArray<VectorOperation> operations,
        string verb,
        string suffix,
        CancellationToken cancellationToken)
    {
        await access.EnterAsync(call, new Resource(workspace, AgentKind.Vectors, collection), Verb.Write, cancellationToken).ConfigureAwait(false);
        var entry = await RequireAsync(workspace, collection, AsOf.Latest, cancellationToken).ConfigureAwait(false);
        var bytes = operations.Sum(static operation => ((long)operation.Vector.Length * sizeof(float)) + operation.Metadata.Length);
        await access.ChargeAsync(workspace, bytes, cancellationToken).ConfigureAwait(false);
        var write = new VectorWrite
        {
            Collection = entry.Sequence,
            Settings = SettingsOf(entry),
            Operations = operations,
            Operation = call.IdempotencyKey is null
                ? null
                : OperationStamps.Of(call, verb, $"vectors/{workspace}/{collection}{suffix}", call.BodyDigest.IsZero ? BytesOf(operations) : []),
            Actor = call.Principal.Name,
            Durability = (await workspaces.FindAsync(workspace, cancellationToken).ConfigureAwait(false)).Durability,
            Observed = call.Observed,
        };
        return await AgentOf(workspace, collection).WriteAsync(write, cancellationToken).ConfigureAwait(false);
    }

    private IVectorAgent AgentOf(string workspace, string collection) =>
        directory.Get<IVectorAgent>(new AgentId(workspace, AgentKind.Vectors, collection, 0));

    // A sequence is the agent's, so the collection is the newest one.
    private async ValueTask<CatalogEntry> RequireAsync(string workspace, string collection, AsOf asOf, CancellationToken cancellationToken)
    {
        Names.Validate(collection, "collection");
        await workspaces.FindAsync(workspace, cancellationToken).ConfigureAwait(false);
        return await directory.Get<ICatalogAgent>(SystemAgents.CatalogOf(workspace))
            .FindAsync(AgentKind.Vectors, collection, asOf.Sequence is null ? asOf : AsOf.Latest, cancellationToken).ConfigureAwait(false)
            ?? throw new TemporalException(ErrorKind.NotFound, ErrorCodes.CollectionNotFound, $"There is no collection '{collection}'.") { Field = "collection" };
    }

    private static VectorSettings SettingsOf(CatalogEntry entry)
    {
        using var json = JsonDocument.Parse(entry.Settings);
        return VectorSettingsJson.Decode(json.RootElement);
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
