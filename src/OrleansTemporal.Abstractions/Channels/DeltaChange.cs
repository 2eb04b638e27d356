namespace OrleansTemporal.Channels;

/// <summary>One change that a delta makes, in the words of whoever wrote it.</summary>
public sealed record DeltaChange
{
    /// <summary>What happens; null when it was erased and only its place is left.</summary>
    public ChangeType? Type { get; init; }

    /// <summary>
    /// What it happens to: the key of a document, the text of a series, the id of an entity or a vector, the branch of a
    /// timeline, <c>kind/name</c> in a catalog; empty for a definition of the whole.
    /// </summary>
    public required string Key { get; init; }

    /// <summary>
    /// Canonical JSON: the document; <c>{"time","value"}</c> of a point; <c>{"signal","time"?,"weight"}</c> of an event;
    /// <c>{"metadata","vector"?}</c> of a vector; <c>{"change","indices"?,"l2Norm","values"?,…}</c> of a step. Empty when
    /// there is none: deletions, what was erased, what is encrypted.
    /// </summary>
    public ReadOnlyMemory<byte> Value { get; init; }

    /// <summary>
    /// How large it is: the length of what a vector or a state moves by, the weight of an event, the number of a point or of
    /// a document that is a number, without its sign; 0 for everything else.
    /// </summary>
    public double Magnitude { get; init; }

    /// <summary>True when the value is stored under a data key, and so is not told here.</summary>
    public bool IsEncrypted { get; init; }

    /// <summary>True when numbers of the value were left out; see <see cref="Limits.ChangeNumbersMax"/>.</summary>
    public bool IsCut { get; init; }
}
