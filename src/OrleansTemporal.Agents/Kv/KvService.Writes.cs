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
    /// <summary>Writes one value. Durable when it answers, unless the namespace is buffered.</summary>
    /// <param name="json">Any formatting; stored canonical.</param>
    public ValueTask<KvWriteResult> PutAsync(
        CallContext call, string workspace, string ns, string key, ReadOnlyMemory<byte> json, KvPutOptions options, CancellationToken cancellationToken)
    {
        var entering = EnterForWriteAsync(call, workspace, ns, options.Causes, json.Length, cancellationToken);
        if (!entering.IsCompletedSuccessfully)
        {
            return EnterAndPutAsync();
        }

        var (namespaceRoute, orderedCall) = entering.Result;
        return PutAsync(orderedCall, workspace, ns, namespaceRoute, key, json, options, cancellationToken);

        async ValueTask<KvWriteResult> EnterAndPutAsync()
        {
            var (route, ordered) = await entering.ConfigureAwait(false);
            return await PutAsync(ordered, workspace, ns, route, key, json, options, cancellationToken).ConfigureAwait(false);
        }
    }

    // No state machine of its own: the agent's is enough for a put that enters at once.
    private static ValueTask<KvWriteResult> PutAsync(
        CallContext call,
        string workspace,
        string ns,
        KvRoute route,
        string key,
        ReadOnlyMemory<byte> json,
        KvPutOptions options,
        CancellationToken cancellationToken)
    {
        var operation = new KvOperation
        {
            Kind = KvOperationKind.Put,
            Key = key,
            Value = json,
            IfMatch = options.IfMatch,
            IfAbsent = options.IfAbsent,
            IfPresent = options.IfPresent,
            TimeToLive = options.TimeToLive ?? route.Settings.TimeToLive,
        };
        var stamp = call.IdempotencyKey is null ? null : OperationStamps.Of(call, "put", $"kv/{workspace}/{ns}/{key}", json.Span, ToText(options.TimeToLive));
        return route.AgentOf(key).WriteAsync(Compose(call, route, [operation], options, stamp), cancellationToken);
    }

    /// <summary>Writes a tombstone; history stays.</summary>
    /// <exception cref="TemporalException">NotFound, <c>key_not_found</c>, when the key has no live value.</exception>
    public async ValueTask<KvWriteResult> DeleteAsync(
        CallContext call, string workspace, string ns, string key, KvPutOptions options, CancellationToken cancellationToken)
    {
        await access.EnterAsync(call, new Resource(workspace, AgentKind.Kv, ns), Verb.Write, cancellationToken).ConfigureAwait(false);
        var route = await routes.FindAsync(workspace, ns, cancellationToken).ConfigureAwait(false)
            ?? throw new TemporalException(ErrorKind.NotFound, ErrorCodes.KeyNotFound, $"There is no key '{key}' in '{ns}'.") { Field = "key" };
        var ordered = await FollowCausesAsync(call, workspace, options.Causes, cancellationToken).ConfigureAwait(false);
        await access.ChargeAsync(workspace, key.Length, cancellationToken).ConfigureAwait(false);
        var operation = new KvOperation { Kind = KvOperationKind.Delete, Key = key, IfMatch = options.IfMatch, IfPresent = options.IfPresent };
        var stamp = call.IdempotencyKey is null ? null : OperationStamps.Of(call, "delete", $"kv/{workspace}/{ns}/{key}", []);
        return await route.AgentOf(key).WriteAsync(Compose(ordered, route, [operation], options, stamp), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Writes a batch. Over one partition it is atomic; over several each partition's part is, and a retry with the same
    /// idempotency key completes what a crash left out.
    /// </summary>
    /// <exception cref="TemporalException">Invalid, <c>keys_span_partitions</c>, when it must be atomic and can not.</exception>
    public async ValueTask<KvBatchResult> BatchAsync(
        CallContext call, string workspace, string ns, ImmutableArray<KvOperation> operations, bool atomic, KvPutOptions options, CancellationToken cancellationToken)
    {
        RequireCount(operations.Length, "operations");
        foreach (var operation in operations)
        {
            EntityKeys.Validate(operation.Key, "key");
        }

        var bytes = operations.Sum(static operation => (long)operation.Value.Length);
        var (route, ordered) = await EnterForWriteAsync(call, workspace, ns, options.Causes, bytes, cancellationToken).ConfigureAwait(false);
        var stamp = call.IdempotencyKey is null ? null : OperationStamps.Of(call, "batch", $"kv/{workspace}/{ns}", KvBatchDigest.BytesOf(operations));
        operations = WithDefault(operations, route.Settings.TimeToLive);
        var parts = operations.GroupBy(operation => route.PartitionOf(operation.Key)).OrderBy(static part => part.Key).ToArray();
        if (parts.Length > 1 && atomic)
        {
            throw new TemporalException(
                ErrorKind.Invalid, ErrorCodes.KeysSpanPartitions, $"The keys of this batch live in {parts.Length} partitions; an atomic batch needs one.")
            {
                Field = "operations",
            };
        }

        var write = Compose(ordered, route, [], options, stamp);
        if (parts.Length == 1)
        {
            var only = await route.Agents[parts[0].Key]
                .WriteAsync(write with { Operations = operations }, cancellationToken).ConfigureAwait(false);
            return new KvBatchResult([only], only.Receipt.SystemTime);
        }

        // Bad input must change nothing, so every operation is looked at before the first part is written.
        foreach (var operation in operations)
        {
            RequireUnconditional(operation);
            KvPreparedWrite.Validate(operation);
        }

        var group = GroupOf(stamp, operations);
        var results = ImmutableArray.CreateBuilder<KvWriteResult>(parts.Length);
        for (var i = 0; i < parts.Length; i++)
        {
            var part = write with { Operations = [.. parts[i].Select(static operation => operation with { MayBeAbsent = true })], Group = new WriteGroup(group, parts.Length, i) };
            results.Add(await route.Agents[parts[i].Key].WriteAsync(part, cancellationToken).ConfigureAwait(false));
        }

        var written = results.MoveToImmutable();
        return new KvBatchResult(written, written.Max(static result => result.Receipt.SystemTime));
    }

    /// <summary>Settings of a namespace; the defaults when it was never written to.</summary>
    public async ValueTask<KvSettings> GetSettingsAsync(CallContext call, string workspace, string ns, CancellationToken cancellationToken)
    {
        await access.EnterAsync(call, new Resource(workspace, AgentKind.Kv, ns), Verb.Read, cancellationToken).ConfigureAwait(false);
        var route = await routes.FindAsync(workspace, ns, cancellationToken).ConfigureAwait(false);
        return route?.Settings ?? new KvSettings { Durability = (await workspaces.FindAsync(workspace, cancellationToken).ConfigureAwait(false)).Durability };
    }

    /// <summary>Configures a namespace, making it when it is new. The number of partitions is fixed from then on.</summary>
    public async ValueTask<CatalogChangeResult> PutSettingsAsync(
        CallContext call, string workspace, string ns, KvSettings settings, CancellationToken cancellationToken)
    {
        await access.EnterAsync(call, new Resource(workspace, AgentKind.Kv, ns), Verb.Admin, cancellationToken).ConfigureAwait(false);
        if (settings.Partitions is < 1 or > Limits.PartitionsMax)
        {
            throw Refuse("partitions", $"A namespace has 1 to {Limits.PartitionsMax} partitions.");
        }

        var present = await routes.FindAsync(workspace, ns, cancellationToken).ConfigureAwait(false);
        if (present is not null && present.Agents.Length != settings.Partitions)
        {
            throw Refuse("partitions", $"'{ns}' has {present.Agents.Length} partitions, and their number is fixed once the namespace exists.");
        }

        if (settings.TimeToLive == Timeout.InfiniteTimeSpan)
        {
            throw Refuse("ttl", "A namespace whose values live for ever has no 'ttl'.");
        }

        KvExpiry.Validate(settings.TimeToLive, "ttl");
        var encoded = KvSettingsCodec.Encode(settings);
        var change = new CatalogChange
        {
            Kind = AgentKind.Kv,
            Name = ns,
            Settings = encoded,
            SlotMap = present is null ? SlotMap.Even(settings.Partitions).ToBytes() : default,
            IfSequence = present?.Settings.CatalogSequence ?? 0,
            Operation = OperationStamps.Of(call, "put", $"kv/{workspace}/{ns}/_settings", encoded),
            Actor = call.Principal.Name,
        };
        var result = await directory.Get<ICatalogAgent>(SystemAgents.CatalogOf(workspace)).ChangeAsync(change, cancellationToken).ConfigureAwait(false);
        routes.Forget(workspace, ns);
        return result;
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

    // From the stamp when there is one, so that a retry makes the parts of the same group.
    private UInt128 GroupOf(OperationStamp? stamp, ImmutableArray<KvOperation> operations)
    {
        var hash = System.Security.Cryptography.SHA256.HashData(
            stamp is null ? KvBatchDigest.BytesOf(operations) : System.Text.Encoding.UTF8.GetBytes($"{stamp.Key}{stamp.BodyDigest}"));
        var high = stamp is null ? clock.Next().Value : BitConverter.ToUInt64(hash, 8);
        return new UInt128(high, BitConverter.ToUInt64(hash));
    }

    // What is refused is refused before the namespace is made. A write without causes that meets nothing to wait for gets
    // no state machine.
    private ValueTask<(KvRoute Route, CallContext Ordered)> EnterForWriteAsync(
        CallContext call, string workspace, string ns, ImmutableArray<WriteId> causes, long bytes, CancellationToken cancellationToken)
    {
        var entering = access.EnterAsync(call, new Resource(workspace, AgentKind.Kv, ns), Verb.Write, cancellationToken);
        if (!entering.IsCompletedSuccessfully || !causes.IsDefaultOrEmpty)
        {
            return FollowAsync();
        }

        var charging = access.ChargeAsync(workspace, bytes, cancellationToken);
        if (!charging.IsCompletedSuccessfully)
        {
            return RouteAsync(charging, call);
        }

        var routing = routes.GetOrCreateAsync(workspace, ns, cancellationToken);
        return routing.IsCompletedSuccessfully ? new((routing.Result, call)) : RoutedAsync(routing);

        async ValueTask<(KvRoute, CallContext)> FollowAsync()
        {
            await entering.ConfigureAwait(false);
            var ordered = await FollowCausesAsync(call, workspace, causes, cancellationToken).ConfigureAwait(false);
            return await RouteAsync(access.ChargeAsync(workspace, bytes, cancellationToken), ordered).ConfigureAwait(false);
        }

        async ValueTask<(KvRoute, CallContext)> RouteAsync(ValueTask charged, CallContext ordered)
        {
            await charged.ConfigureAwait(false);
            return (await routes.GetOrCreateAsync(workspace, ns, cancellationToken).ConfigureAwait(false), ordered);
        }

        async ValueTask<(KvRoute, CallContext)> RoutedAsync(ValueTask<KvRoute> found) => (await found.ConfigureAwait(false), call);
    }

    private static KvWrite Compose(
        CallContext call, KvRoute route, ImmutableArray<KvOperation> operations, KvPutOptions options, OperationStamp? stamp) => new()
    {
        Operation = stamp,
        Operations = operations,
        Actor = call.Principal.Name,
        Causes = options.Causes,
        Metadata = options.Metadata,
        Durability = route.Settings.Durability,
        Observed = call.Observed,
    };

    private static TemporalException Refuse(string field, string message) =>
        new(ErrorKind.Invalid, ErrorCodes.InvalidField, message) { Field = field };
}
