using System.Collections.Immutable;

namespace OrleansTemporal.Causality;

/// <summary>
/// What a delta's header says beside the change itself. All of it is under the root and can't be erased later,
/// so it holds no personal data.
/// </summary>
public sealed record DeltaContext
{
    /// <summary>Nothing.</summary>
    public static DeltaContext None { get; } = new();

    /// <summary>Makes the write recognisable when it is sent again; null when it isn't.</summary>
    public OperationStamp? Operation { get; init; }

    /// <summary>The delta's place in a write over several agents; null when there is only this one.</summary>
    public WriteGroup? Group { get; init; }

    /// <summary>Who writes; empty for nobody in particular. At most <see cref="Limits.ActorBytesMax"/> bytes.</summary>
    public string Actor { get; init; } = "";

    /// <summary>Writes that this one follows from, at most <see cref="Limits.CausesMax"/>.</summary>
    public ImmutableArray<WriteId> Causes { get; init; } = [];

    /// <summary>Pairs in any order, each key once, at most <see cref="Limits.MetadataCountMax"/>.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Metadata { get; init; } = [];

    /// <summary>Names the key that the payload is encrypted under; empty when it isn't. At most 256 bytes.</summary>
    public string KeyId { get; init; } = "";
}
