using OrleansTemporal.Catalog;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Kv;

/// <summary>Asks for live keys in the order of their UTF-8 bytes.</summary>
public sealed record KvListQuery
{
    /// <summary>Only keys that start with this; empty for all.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>Only keys behind this one (exclusive); null for the beginning.</summary>
    public string? After { get; init; }

    /// <summary>Keys at most, 1 to <see cref="Limits.PageCountMax"/>.</summary>
    public int Limit { get; init; } = Limits.PageCountDefault;

    /// <summary>The moment that the answer holds for.</summary>
    public AsOf AsOf { get; init; }

    /// <summary>When true each entry carries its value too.</summary>
    public bool WithValues { get; init; }

    /// <summary>Version of the slot map that the caller goes by: the agent answers for the slots it has in there. 0 for the newest.</summary>
    public long MapVersion { get; init; }

    /// <summary>When set, only keys of these slots, whoever has them now; asked by who took them over.</summary>
    public SlotSet? Slots { get; init; }
}
