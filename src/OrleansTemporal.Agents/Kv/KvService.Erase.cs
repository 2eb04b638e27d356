using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Operations;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Kv;

public sealed partial class KvService
{
    private const int NamespacePageCount = 1_000;

    /// <summary>
    /// Erases documents for good. When it answers, the erasure is durable and no read shows the values any more; their
    /// bytes leave the disk soon after, and <see cref="WhenPurgedAsync"/> waits for that. Data keys that cover nothing else are
    /// destroyed, so that copies of the files say nothing any more either. Cut short, it is completed by asking again.
    /// </summary>
    /// <exception cref="TemporalException">NotFound, <c>key_not_found</c>, when the key or the namespace was never written to.</exception>
    public async ValueTask<KvEraseResult> EraseAsync(CallContext call, string workspace, KvErasureScope scope, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(scope);
        await access.EnterAsync(call, new Resource(workspace, AgentKind.Kv, scope.Namespace ?? ""), Verb.Admin, cancellationToken).ConfigureAwait(false);
        scope.Validate();
        await workspaces.FindAsync(workspace, cancellationToken).ConfigureAwait(false);
        var shredded = await RetireDataKeysAsync(workspace, scope, cancellationToken).ConfigureAwait(false);
        var erase = new KvErase
        {
            Key = scope.Key,
            Prefix = scope.Prefix,
            Operation = OperationStamps.Of(call, "erase", $"kv/{workspace}", scope.ToBytes()),
            Actor = call.Principal.Name,
            Reason = scope.Reason,
            DataKeys = NamesOf(shredded),
            Observed = call.Observed,
        };
        var result = new KvEraseResult { Receipts = [], KeyCount = 0, VersionCount = 0, KeyExists = false };
        var found = false;
        await foreach (var ns in NamespacesOfAsync(workspace, scope, cancellationToken).ConfigureAwait(false))
        {
            if (await EraseAsync(call, workspace, ns, scope, erase, result, cancellationToken).ConfigureAwait(false) is { } more)
            {
                (found, result) = (true, more);
            }
        }

        if (shredded.Length > 0)
        {
            // Every value under them is erased by a durable delta now.
            await Keys().DestroyAsync(shredded, cancellationToken).ConfigureAwait(false);
        }

        return (found || scope.Namespace is null) && (result.KeyExists || scope.Key is null)
            ? result
            : throw new TemporalException(
                ErrorKind.NotFound, ErrorCodes.KeyNotFound, scope.Key is null || !found ? $"There is no namespace '{scope.Namespace}'." : $"There is no key '{scope.Key}' in '{scope.Namespace}'.")
            {
                Field = scope.Key is null || !found ? "namespace" : "key",
            };
    }

    // What of one namespace is in the scope; null when there is no such namespace.
    private async ValueTask<KvEraseResult?> EraseAsync(
        CallContext call, string workspace, string ns, KvErasureScope scope, KvErase erase, KvEraseResult result, CancellationToken cancellationToken)
    {
        for (var attempts = 0; ;)
        {
            if (await routes.RefreshAsync(workspace, ns, cancellationToken).ConfigureAwait(false) is not { } route)
            {
                return null;
            }

            try
            {
                if (route.HasMoved)
                {
                    await DeleteInheritedAsync(call, workspace, ns, route, scope, erase, cancellationToken).ConfigureAwait(false);
                }

                foreach (var agent in AgentsOf(route, scope))
                {
                    result = Add(result, await agent.EraseAsync(erase with { MapVersion = route.MapVersion }, cancellationToken).ConfigureAwait(false));
                }

                return result;
            }
            catch (TemporalException moved) when (IsOutdated(moved, workspace, ns, route, ref attempts))
            {
                // Keys have moved since the tombstones were seen to; what is erased stays so.
                continue;
            }
        }
    }

    /// <summary>Completes when nothing that was erased in the scope is in any file any more.</summary>
    public async ValueTask WhenPurgedAsync(CallContext call, string workspace, KvErasureScope scope, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(scope);
        await access.EnterAsync(call, new Resource(workspace, AgentKind.Kv, scope.Namespace ?? ""), Verb.Read, cancellationToken).ConfigureAwait(false);
        await foreach (var agent in AgentsOfAsync(workspace, scope, cancellationToken).ConfigureAwait(false))
        {
            await agent.WhenPurgedAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async IAsyncEnumerable<IStorageAgent> AgentsOfAsync(
        string workspace, KvErasureScope scope, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var ns in NamespacesOfAsync(workspace, scope, cancellationToken).ConfigureAwait(false))
        {
            if (await routes.FindAsync(workspace, ns, cancellationToken).ConfigureAwait(false) is { } route)
            {
                foreach (var agent in AgentsOf(route, scope))
                {
                    yield return agent;
                }
            }
        }
    }

    private async IAsyncEnumerable<string> NamespacesOfAsync(
        string workspace, KvErasureScope scope, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (scope.Namespace is { } only)
        {
            yield return only;
            yield break;
        }

        await workspaces.FindAsync(workspace, cancellationToken).ConfigureAwait(false);
        var catalog = directory.Get<Catalog.ICatalogAgent>(SystemAgents.CatalogOf(workspace));
        string? after = null;
        do
        {
            var entries = await catalog.ListAsync(AgentKind.Kv, after, NamespacePageCount, cancellationToken).ConfigureAwait(false);
            foreach (var entry in entries)
            {
                yield return entry.Name;
            }

            after = entries.Length == NamespacePageCount ? entries[^1].Name : null;
        }
        while (after is not null);
    }

    private static ImmutableArray<IStorageAgent> AgentsOf(KvRoute route, KvErasureScope scope) =>
        scope.Key is { } key && !route.HasMoved ? [route.AgentOf(key)] : route.AllAgents;

    private static KvEraseResult Add(KvEraseResult left, KvEraseResult right)
    {
        var isKnown = !right.Receipts.IsEmpty && right.Receipts.All(receipt => left.Receipts.Any(known => (known.Agent, known.Sequence) == (receipt.Agent, receipt.Sequence)));
        return isKnown ? left : new()
        {
            Receipts = left.Receipts.AddRange(right.Receipts),
            KeyCount = left.KeyCount + right.KeyCount,
            VersionCount = left.VersionCount + right.VersionCount,
            KeyExists = left.KeyExists || right.KeyExists,
        };
    }
}
