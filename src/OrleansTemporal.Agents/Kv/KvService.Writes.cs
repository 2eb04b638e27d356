using System.Collections.Immutable;
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
    /// <exception cref="TemporalException">Invalid, <c>invalid_name</c>, also for a namespace of the system; Conflict, when a condition does not hold.</exception>
    /// <param name="json">Any formatting; stored canonical.</param>
    public ValueTask<KvWriteResult> PutAsync(
        CallContext call, string workspace, string ns, string key, ReadOnlyMemory<byte> json, KvPutOptions options, CancellationToken cancellationToken)
    {
        var entering = EnterForWriteAsync(call, workspace, ns, options, json.Length, cancellationToken);
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

    private ValueTask<KvWriteResult> PutAsync(
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
        if (route.DataKeys?.ScopeOf(key) is not { } scope)
        {
            return WriteAsync(workspace, ns, route, key, Compose(call, route, [operation], options, stamp), cancellationToken);
        }

        var finding = Keys().NewestAsync(scope, cancellationToken);
        return finding.IsCompletedSuccessfully
            ? WriteAsync(workspace, ns, route, key, Compose(call, route, [operation with { DataKey = finding.Result }], options, stamp), cancellationToken)
            : PutEncryptedAsync(finding, workspace, ns, route, key, Compose(call, route, [operation], options, stamp), cancellationToken);
    }

    private ValueTask<KvWriteResult> WriteAsync(string workspace, string ns, KvRoute route, string key, KvWrite write, CancellationToken cancellationToken)
    {
        var writing = route.AgentOf(key).WriteAsync(write, cancellationToken);
        return writing.IsCompletedSuccessfully ? writing : FollowAsync(writing, workspace, ns, route, key, write, cancellationToken);
    }

    /// <summary>Writes a tombstone; history stays.</summary>
    /// <exception cref="TemporalException">NotFound, <c>key_not_found</c>, when the key has no live value; Invalid, <c>invalid_name</c>, for a namespace of the system.</exception>
    public async ValueTask<KvWriteResult> DeleteAsync(
        CallContext call, string workspace, string ns, string key, KvPutOptions options, CancellationToken cancellationToken)
    {
        KvReservedNames.RequireOpen(ns, options.IsOfSystem);
        await access.EnterAsync(call, new Resource(workspace, AgentKind.Kv, ns), Verb.Write, cancellationToken).ConfigureAwait(false);
        var route = await routes.FindAsync(workspace, ns, cancellationToken).ConfigureAwait(false)
            ?? throw new TemporalException(ErrorKind.NotFound, ErrorCodes.KeyNotFound, $"There is no key '{key}' in '{ns}'.") { Field = "key" };
        var ordered = await FollowCausesAsync(call, workspace, options.Causes, cancellationToken).ConfigureAwait(false);
        await access.ChargeAsync(workspace, key.Length, cancellationToken).ConfigureAwait(false);
        var operation = new KvOperation { Kind = KvOperationKind.Delete, Key = key, IfMatch = options.IfMatch, IfPresent = options.IfPresent };
        var stamp = call.IdempotencyKey is null ? null : OperationStamps.Of(call, "delete", $"kv/{workspace}/{ns}/{key}", []);
        var write = Compose(ordered, route, [operation], options, stamp);
        return await FollowAsync(route.AgentOf(key).WriteAsync(write, cancellationToken), workspace, ns, route, key, write, cancellationToken).ConfigureAwait(false);
    }

    // What is refused is refused before the namespace is made. A write without causes that meets nothing to wait for gets
    // no state machine.
    private ValueTask<(KvRoute Route, CallContext Ordered)> EnterForWriteAsync(
        CallContext call, string workspace, string ns, KvPutOptions options, long bytes, CancellationToken cancellationToken)
    {
        KvReservedNames.RequireOpen(ns, options.IsOfSystem);
        var causes = options.Causes;
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
