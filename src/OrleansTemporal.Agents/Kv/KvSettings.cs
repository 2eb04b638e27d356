using System.Collections.Immutable;
using OrleansTemporal.Catalog;
using OrleansTemporal.Causality;
using OrleansTemporal.Encryption;

namespace OrleansTemporal.Kv;

/// <summary>Settings of one namespace, kept in the catalog.</summary>
public sealed record KvSettings
{
    /// <summary>Partitions that the keys are spread over.</summary>
    public int Partitions { get; init; } = 1;

    /// <summary>Whether writes answer when durable, or as soon as they are staged.</summary>
    public Durability Durability { get; init; } = Durability.Durable;

    /// <summary>How long a value lives that is put without a time to live of its own; null for ever. For puts from then on.</summary>
    public TimeSpan? TimeToLive { get; init; }

    /// <summary>Under which data key values are written from then on; in a change, null leaves it as it is.</summary>
    public DataKeyPolicy? DataKey { get; init; }

    /// <summary>Keys that have a setting of their own, <see cref="DataKeyPolicy.Own"/> or <see cref="DataKeyPolicy.None"/>; in a change, null leaves them as they are.</summary>
    public ImmutableSortedDictionary<string, DataKeyPolicy>? DataKeys { get; init; }

    /// <summary>Paths of the fields by whose values documents are found; in a change, null leaves them as they are.</summary>
    public ImmutableArray<string>? Indexes { get; init; }

    /// <summary>Sequence of the catalog delta that these settings come from; 0 for defaults.</summary>
    public long CatalogSequence { get; init; }

    /// <summary>The settings that an entry of the catalog holds; while partitions move, those of before.</summary>
    public static KvSettings Of(CatalogEntry entry) => KvSettingsCodec.Decode(entry);
}
