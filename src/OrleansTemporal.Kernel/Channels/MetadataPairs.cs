using System.Collections.Immutable;

namespace OrleansTemporal.Channels;

/// <summary>Looks things up in the metadata of a delta, which is sorted by key and small.</summary>
internal static class MetadataPairs
{
    /// <summary>The value of a key; null when it is not there.</summary>
    public static string? Find(ImmutableArray<KeyValuePair<string, string>> metadata, string key)
    {
        foreach (var pair in metadata)
        {
            if (pair.Key == key)
            {
                return pair.Value;
            }
        }

        return null;
    }
}
