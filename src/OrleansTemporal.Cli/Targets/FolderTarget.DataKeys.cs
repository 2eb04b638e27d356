using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using OrleansTemporal.Encryption;

namespace OrleansTemporal.Targets;

internal sealed partial class FolderTarget
{
    public async IAsyncEnumerable<DataKeyInfo> DataKeysAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var key in await database.KvService.ListDataKeysAsync(Call, workspace, cancellationToken))
            yield return key;
    }

    public async Task<DataKeyInfo> RotateDataKeyAsync(string? ns, string? key, CancellationToken cancellationToken) =>
        await database.KvService.RotateDataKeyAsync(Call, DataKeyScope.Of(workspace, ns, key), cancellationToken);

    public async Task UseDataKeyAsync(string? ns, string? key, DataKeyPolicy policy, CancellationToken cancellationToken)
    {
        if (ns is null)
        {
            var info = await database.Workspaces.GetAsync(Call, workspace, cancellationToken);
            await database.Workspaces.PutAsync(Call, info with { DataKey = policy == DataKeyPolicy.Inherit ? DataKeyPolicy.None : policy }, cancellationToken);
            return;
        }

        var settings = await database.KvService.GetSettingsAsync(Call, workspace, ns, cancellationToken);
        settings = key is null
            ? settings with { DataKey = policy }
            : settings with { DataKeys = DataKeySettings.Change(settings.DataKeys ?? ImmutableSortedDictionary<string, DataKeyPolicy>.Empty.WithComparers(StringComparer.Ordinal), key, policy) };
        await database.KvService.PutSettingsAsync(Call, workspace, ns, settings, cancellationToken);
    }
}
