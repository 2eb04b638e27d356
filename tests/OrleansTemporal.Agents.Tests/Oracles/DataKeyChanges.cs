using System.Collections.Immutable;
using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Encryption;
using OrleansTemporal.Kv;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Agents.Tests.Oracles;

/// <summary>Switches what values are written under: random settings of a workspace, a namespace and a key, and another data key for any of them.</summary>
internal static class DataKeyChanges
{
    public static async Task ChangeAsync(TestStore store, Random random, string ns, string key)
    {
        var kv = store.Kv;
        switch (random.Next(5))
        {
            case 0:
                var workspace = new WorkspaceInfo { Name = WorkspaceService.DefaultName, DataKey = random.Next(2) == 0 ? DataKeyPolicy.Own : DataKeyPolicy.None };
                await store.Database.Workspaces.PutAsync(CallContext.Local, workspace, CancellationToken.None);
                break;
            case 1 or 2:
                var policy = (DataKeyPolicy)random.Next(4);
                await PutAsync(settings => settings with { DataKey = policy });
                break;
            case 3:
                var keys = ImmutableSortedDictionary.Create<string, DataKeyPolicy>(StringComparer.Ordinal).Add(key, random.Next(3) == 0 ? DataKeyPolicy.None : DataKeyPolicy.Own);
                await PutAsync(settings => settings with { DataKeys = random.Next(3) == 0 ? keys.Clear() : keys });
                break;
            default:
                var scope = random.Next(3) switch
                {
                    0 => DataKeyScope.OfWorkspace(WorkspaceService.DefaultName),
                    1 => DataKeyScope.OfNamespace(WorkspaceService.DefaultName, ns),
                    _ => DataKeyScope.OfKey(WorkspaceService.DefaultName, ns, key),
                };
                await kv.RotateDataKeyAsync(CallContext.Local, scope, CancellationToken.None);
                break;
        }

        async Task PutAsync(Func<KvSettings, KvSettings> change)
        {
            var settings = await kv.GetSettingsAsync(CallContext.Local, WorkspaceService.DefaultName, ns, CancellationToken.None);
            await kv.PutSettingsAsync(CallContext.Local, WorkspaceService.DefaultName, ns, change(settings), CancellationToken.None);
        }
    }
}
