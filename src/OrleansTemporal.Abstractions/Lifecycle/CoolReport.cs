namespace OrleansTemporal.Lifecycle;

/// <summary>What one step of moving data down came to.</summary>
public sealed record CoolReport
{
    /// <summary>True when there is more to do.</summary>
    public bool HasMore { get; init; }

    /// <summary>Deltas that went from the log into a segment.</summary>
    public long SealedDeltas { get; init; }

    /// <summary>Segments that were packed into others.</summary>
    public int PackedSegments { get; init; }

    /// <summary>Segments that came back to the warm class of storage.</summary>
    public int PromotedSegments { get; init; }

    /// <summary>Stored bytes of what was packed, before.</summary>
    public long BytesBefore { get; init; }

    /// <summary>Stored bytes of it after; of a dry run an estimate from a sample of at most 4 MiB.</summary>
    public long BytesAfter { get; init; }

    /// <summary>What was read, or changed its tier, by the tier that it lay in.</summary>
    public TierBytes Before { get; init; } = TierBytes.None;

    /// <summary>What there is instead, by the tier that it lies in.</summary>
    public TierBytes After { get; init; } = TierBytes.None;

    /// <summary>This report and another together; whether there is more says the other.</summary>
    public CoolReport And(CoolReport next)
    {
        ArgumentNullException.ThrowIfNull(next);
        return new()
        {
            HasMore = next.HasMore,
            SealedDeltas = SealedDeltas + next.SealedDeltas,
            PackedSegments = PackedSegments + next.PackedSegments,
            PromotedSegments = PromotedSegments + next.PromotedSegments,
            BytesBefore = BytesBefore + next.BytesBefore,
            BytesAfter = BytesAfter + next.BytesAfter,
            Before = Before.And(next.Before),
            After = After.And(next.After),
        };
    }
}
