using System.Collections.Immutable;
using OrleansTemporal.Encryption;

namespace OrleansTemporal.Kv;

/// <summary>Which data key each key of one namespace is written under, by the settings of the key, the namespace and the workspace.</summary>
internal sealed class KvDataKeys
{
    private readonly string workspace;
    private readonly string ns;
    private readonly DataKeyScope? shared;
    private readonly bool isEach;
    private readonly ImmutableSortedDictionary<string, DataKeyPolicy>? own;

    private KvDataKeys(string workspace, string ns, DataKeyScope? shared, bool isEach, ImmutableSortedDictionary<string, DataKeyPolicy>? own)
    {
        this.workspace = workspace;
        this.ns = ns;
        this.shared = shared;
        this.isEach = isEach;
        this.own = own;
    }

    /// <summary>The rule of a namespace; null when nothing of it is encrypted.</summary>
    public static KvDataKeys? Of(string workspace, DataKeyPolicy ofWorkspace, string ns, KvSettings settings)
    {
        var scope = settings.DataKey switch
        {
            DataKeyPolicy.Own => DataKeyScope.OfNamespace(workspace, ns),
            null or DataKeyPolicy.Inherit when ofWorkspace == DataKeyPolicy.Own => DataKeyScope.OfWorkspace(workspace),
            _ => null,
        };
        var isEach = settings.DataKey == DataKeyPolicy.Each;
        return scope is null && !isEach && settings.DataKeys is null or { IsEmpty: true } ? null : new KvDataKeys(workspace, ns, scope, isEach, settings.DataKeys);
    }

    /// <summary>What the data key of a key covers; null when the key's values are stored as they are.</summary>
    public DataKeyScope? ScopeOf(string key) =>
        own is not null && own.TryGetValue(key, out var policy) ? policy == DataKeyPolicy.Own ? DataKeyScope.OfKey(workspace, ns, key) : null
        : isEach ? DataKeyScope.OfKey(workspace, ns, key)
        : shared;
}
