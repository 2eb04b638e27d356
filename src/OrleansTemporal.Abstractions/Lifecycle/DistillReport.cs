using System.Collections.Immutable;

namespace OrleansTemporal.Lifecycle;

/// <summary>What one step of a distillation came to.</summary>
public sealed record DistillReport
{
    /// <summary>True when there is more to do.</summary>
    public bool HasMore { get; init; }

    /// <summary>Versions that were looked at.</summary>
    public long Versions { get; init; }

    /// <summary>Keys with a live value, as far as that is sealed.</summary>
    public long LiveValues { get; init; }

    /// <summary>Some of the live values.</summary>
    public ImmutableArray<DistillSample> Sample { get; init; } = [];

    /// <summary>Versions that may go by the policy, in segments that are not worth writing anew for them as well as in others.</summary>
    public long Candidates { get; init; }

    /// <summary>Versions that were let go; of a dry run those that would be.</summary>
    public long Removed { get; init; }

    /// <summary>Segments and runs that were written anew; of a dry run segments that would be.</summary>
    public int Rewritten { get; init; }

    /// <summary>Stored bytes of those before.</summary>
    public long BytesBefore { get; init; }

    /// <summary>Stored bytes of those after; of a dry run an estimate from a sample of at most 1 MiB of each.</summary>
    public long BytesAfter { get; init; }

    /// <summary>What was read, or changed its tier, by the tier that it lay in.</summary>
    public TierBytes Before { get; init; } = TierBytes.None;

    /// <summary>What there is instead, by the tier that it lies in.</summary>
    public TierBytes After { get; init; } = TierBytes.None;

    /// <summary>This report and another together; whether there is more says the other.</summary>
    public DistillReport And(DistillReport next)
    {
        ArgumentNullException.ThrowIfNull(next);
        return new()
        {
            HasMore = next.HasMore,
            Versions = Versions + next.Versions,
            LiveValues = LiveValues + next.LiveValues,
            Sample = Sample.AddRange(next.Sample),
            Candidates = Candidates + next.Candidates,
            Removed = Removed + next.Removed,
            Rewritten = Rewritten + next.Rewritten,
            BytesBefore = BytesBefore + next.BytesBefore,
            BytesAfter = BytesAfter + next.BytesAfter,
            Before = Before.And(next.Before),
            After = After.And(next.After),
        };
    }
}
