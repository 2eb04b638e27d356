using OrleansTemporal.Causality;

namespace OrleansTemporal.Catalog;

/// <summary>Defines, redefines or removes one name.</summary>
public sealed record CatalogChange
{
    /// <summary>A sequence that no entry has: a change that names it is answered when it came before, and else refused.</summary>
    public const long NoSequence = -1;

    /// <summary>What it is.</summary>
    public required AgentKind Kind { get; init; }

    /// <summary>Its name within the workspace.</summary>
    public required string Name { get; init; }

    /// <summary>Settings as JSON; ignored for a removal.</summary>
    public ReadOnlyMemory<byte> Settings { get; init; }

    /// <summary>Slot map in its binary form; empty keeps the present one, or one partition for a new name.</summary>
    public ReadOnlyMemory<byte> SlotMap { get; init; }

    /// <summary>True to remove the name; where there is none, nothing is written.</summary>
    public bool Remove { get; init; }

    /// <summary>When true an entry that exists already is answered as it is, and nothing is written.</summary>
    public bool OnlyIfAbsent { get; init; }

    /// <summary>When set, the change is refused unless the entry's sequence is this one.</summary>
    public long? IfSequence { get; init; }

    /// <summary>Set to make the change recognisable when it is sent again.</summary>
    public OperationStamp? Operation { get; init; }

    /// <summary>Who changes it.</summary>
    public string Actor { get; init; } = "";
}
