using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Encryption;
using OrleansTemporal.Errors;
using OrleansTemporal.Lifecycle;
using OrleansTemporal.Operations;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Kv;

/// <content>Data keys: which one a value is written under, another one for a scope, and their end.</content>
public sealed partial class KvService
{
    // An erasure names the data keys that it destroys, as many as one text of metadata holds.
    private const int ShreddedNamedMax = Limits.MetadataBytesMax / (DataKeyId.TextLength + 1);

    /// <summary>The data keys of a workspace that are not destroyed, by scope and number.</summary>
    public async ValueTask<ImmutableArray<DataKeyInfo>> ListDataKeysAsync(CallContext call, string workspace, CancellationToken cancellationToken)
    {
        await access.EnterAsync(call, new Resource(workspace, AgentKind.Workspaces, workspace), Verb.Read, cancellationToken).ConfigureAwait(false);
        await workspaces.FindAsync(workspace, cancellationToken).ConfigureAwait(false);
        return keys is null ? [] : await keys.ListAsync(workspace, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes another data key for a scope: from then on it encrypts, and what stands under the ones before stays readable.</summary>
    /// <remarks>With an idempotency key it is made once: its name is written down before it is made. Whether values of the scope are encrypted at all is what the settings say.</remarks>
    public async ValueTask<DataKeyInfo> RotateDataKeyAsync(CallContext call, DataKeyScope scope, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(scope);
        await access.EnterAsync(call, new Resource(scope.Workspace, AgentKind.Kv, scope.Namespace ?? ""), Verb.Admin, cancellationToken).ConfigureAwait(false);
        await workspaces.FindAsync(scope.Workspace, cancellationToken).ConfigureAwait(false);
        if (scope.Namespace is { } ns)
        {
            Names.Validate(ns, "namespace");
        }

        if (scope.Key is { } key)
        {
            EntityKeys.Validate(key, "key");
        }

        var stamp = OperationStamps.Of(call, "post", $"data-keys/{scope.Workspace}", Encoding.UTF8.GetBytes(scope.ToString()));
        var id = stamp is null ? default : await NameDataKeyAsync(scope.Workspace, stamp, call.Principal.Name, cancellationToken).ConfigureAwait(false);
        return await Keys().RotateAsync(scope, id, cancellationToken).ConfigureAwait(false);
    }

    // The name of the key that a request makes, whichever try of it. As unique as the key of the request and the time of its first try.
    private async ValueTask<DataKeyId> NameDataKeyAsync(string workspace, OperationStamp stamp, string actor, CancellationToken cancellationToken)
    {
        _ = Keys();
        var name = SHA256.HashData(Encoding.UTF8.GetBytes($"{workspace} {stamp.Key} {access.NextMoment().Value:x16}")).AsSpan(0, DataKeyId.Size);
        var order = new OperationOrder { Id = DataKeyId.FromBytes(name).ToString(), Process = OperationLedgers.DataKeyProcess, Workspace = workspace, Stamp = stamp, Actor = actor };
        var ledger = await OperationLedgers.EnsureAsync(directory, workspace, cancellationToken).ConfigureAwait(false);
        return DataKeyId.Parse((await directory.Get<ILifecycleAgent>(ledger).BeginOperationAsync(order, cancellationToken).ConfigureAwait(false)).Id);
    }

    private IDataKeys Keys() => keys ?? throw new TemporalException(ErrorKind.Unavailable, ErrorCodes.DataKeyMissing, "This process has no key store.");

    // Each put under the data key of its key; the same operations when none of them is or was under one.
    private async ValueTask<ImmutableArray<KvOperation>> EncryptedAsync(KvRoute route, ImmutableArray<KvOperation> operations, CancellationToken cancellationToken)
    {
        if (route.DataKeys is null && operations.All(static operation => operation.DataKey.IsNone))
        {
            return operations;
        }

        var changed = operations.ToBuilder();
        for (var i = 0; i < changed.Count; i++)
        {
            var scope = changed[i].Kind == KvOperationKind.Put ? route.DataKeys?.ScopeOf(changed[i].Key) : null;
            var key = scope is null ? default : await Keys().NewestAsync(scope, cancellationToken).ConfigureAwait(false);
            changed[i] = changed[i].DataKey == key ? changed[i] : changed[i] with { DataKey = key };
        }

        return changed.MoveToImmutable();
    }

    private async ValueTask<KvWriteResult> PutEncryptedAsync(
        ValueTask<DataKeyId> finding, string workspace, string ns, KvRoute route, string key, KvWrite write, CancellationToken cancellationToken)
    {
        var id = await finding.ConfigureAwait(false);
        return await WriteAsync(workspace, ns, route, key, write with { Operations = [write.Operations[0] with { DataKey = id }] }, cancellationToken).ConfigureAwait(false);
    }

    // The data keys that cover nothing but what is to be erased. They encrypt nothing more from here on, so that whatever
    // stands under them was written before the erasure looks.
    private async ValueTask<ImmutableArray<DataKeyId>> RetireDataKeysAsync(string workspace, KvErasureScope scope, CancellationToken cancellationToken)
    {
        if (keys is null)
        {
            return [];
        }

        var all = await keys.ListAsync(workspace, cancellationToken).ConfigureAwait(false);
        ImmutableArray<DataKeyId> covered = [.. all.Where(key => scope.Covers(key.Scope)).Select(static key => key.Id).OrderBy(static key => key.Value)];
        if (!covered.IsEmpty)
        {
            await keys.RetireAsync(covered, cancellationToken).ConfigureAwait(false);
        }

        return covered;
    }

    private static string NamesOf(ImmutableArray<DataKeyId> shredded) => string.Join(',', shredded.Take(ShreddedNamedMax));
}
