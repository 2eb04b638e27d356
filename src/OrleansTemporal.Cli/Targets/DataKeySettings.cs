using System.Collections.Immutable;
using OrleansTemporal.Encryption;

namespace OrleansTemporal.Targets;

/// <summary>The settings of single keys of a namespace.</summary>
internal static class DataKeySettings
{
    /// <summary>With another setting of one key; <see cref="DataKeyPolicy.Inherit"/> takes its own away.</summary>
    public static ImmutableSortedDictionary<string, DataKeyPolicy> Change(ImmutableSortedDictionary<string, DataKeyPolicy> present, string key, DataKeyPolicy policy) =>
        policy == DataKeyPolicy.Inherit ? present.Remove(key) : present.SetItem(key, policy);
}
