using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Windows;

namespace OrleansTemporal.Timelines;

/// <summary>
/// Steps of one line, taken in their order until a bound is reached: open, then closing or closed, then compacted into one
/// delta. Not thread-safe.
/// </summary>
/// <param name="source">The branch.</param>
/// <param name="policy">The bounds.</param>
public sealed class DeltaWindow(string source, DeltaWindowPolicy policy)
{
    private readonly List<TimelineStep> steps = [];
    private readonly HashSet<int> touched = [];
    private readonly WindowBounds bounds = new((long)policy.DurationMax.TotalMilliseconds, policy.CountMax, policy.BytesMax);
    private TimelineStep? first;
    private TimelineStep? last;
    private double magnitude;

    /// <summary>Where it stands.</summary>
    public DeltaWindowStatus Status { get; private set; } = DeltaWindowStatus.Open;

    /// <summary>Steps that it has taken.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes of their components, eight for each.</summary>
    public long TotalBytes { get; private set; }

    /// <summary>Components that any of them changed: their union.</summary>
    public int DimensionsTouched => touched.Count;

    /// <summary>Steps that it holds in memory: none once it is compacted.</summary>
    public int HeldCount => steps.Count;

    /// <summary>Whether it is over whatever comes next.</summary>
    public bool IsFull => Status == DeltaWindowStatus.Closing || (Status == DeltaWindowStatus.Open && bounds.IsFull(Count, TotalBytes));

    /// <summary>Takes a step.</summary>
    /// <exception cref="TemporalException">Conflict, <c>window_closed</c>: it takes none any more; Invalid, <c>invalid_field</c>: the step is not later than the one before.</exception>
    public void Add(TimelineStep step)
    {
        if (Status != DeltaWindowStatus.Open)
        {
            throw new TemporalException(ErrorKind.Conflict, ErrorCodes.WindowClosed, $"The window is {Status} and takes no delta any more.");
        }

        if (last is not null && step.Sequence <= last.Sequence)
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, $"Delta {step.Sequence} does not follow {last.Sequence}.") { Field = "sequence" };
        }

        steps.Add(step);
        touched.UnionWith(step.Indices);
        first ??= step;
        last = step;
        Count++;
        TotalBytes += step.Indices.Length * (long)DeltaVector.EntryBytes;
        magnitude += step.Magnitude.L2Norm;
        if (step.Metadata.Any(pair => policy.CloseOnMetadata.Contains(pair.Key)))
        {
            Status = DeltaWindowStatus.Closing;
        }
    }

    /// <summary>Whether it is to be closed before a moment: a bound is reached, or a delta has ended it. A clock that was set back closes nothing and never fails.</summary>
    public bool ShouldClose(HybridTimestamp now) =>
        IsFull || (Status == DeltaWindowStatus.Open && first is not null && bounds.IsOverBefore(first.SystemTime.Milliseconds, now.Milliseconds));

    /// <summary>Ends it; once it is over nothing happens.</summary>
    public void Close()
    {
        if (Status is DeltaWindowStatus.Open or DeltaWindowStatus.Closing)
        {
            Status = DeltaWindowStatus.Closed;
        }
    }

    /// <summary>Makes one delta of what it has taken, and lets the steps go. O(components · log components).</summary>
    /// <param name="idOf">The id of a step.</param>
    /// <exception cref="TemporalException">Conflict, <c>window_closed</c>: it is not closed, or was compacted before.</exception>
    public AggregatedDelta Compact(Func<TimelineStep, string> idOf)
    {
        if (Status != DeltaWindowStatus.Closed)
        {
            throw new TemporalException(ErrorKind.Conflict, ErrorCodes.WindowClosed, $"The window is {Status}: what is compacted is closed.");
        }

        var composed = Compose(idOf, DeltaWindowStatus.Compacted);
        Status = DeltaWindowStatus.Compacted;
        steps.Clear();
        steps.TrimExcess();
        return composed;
    }

    /// <summary>What its steps come to so far; it goes on taking steps.</summary>
    /// <param name="idOf">The id of a step.</param>
    public AggregatedDelta Peek(Func<TimelineStep, string> idOf) => Compose(idOf, Status);

    private AggregatedDelta Compose(Func<TimelineStep, string> idOf, DeltaWindowStatus status)
    {
        if (first is null || last is null)
        {
            throw new InvalidOperationException("A window without deltas is neither closed nor shown.");
        }

        var (indices, before, after) = TimelineHistory.Compose(steps);
        var composedBytes = indices.Length * (long)DeltaVector.EntryBytes;
        return new AggregatedDelta
        {
            Source = source,
            Status = status,
            FirstId = idOf(first),
            LastId = idOf(last),
            FirstSequence = first.Sequence,
            LastSequence = last!.Sequence,
            Start = first.SystemTime,
            End = last.SystemTime,
            Count = Count,
            DimensionsTouched = DimensionsTouched,
            TotalMagnitude = magnitude,
            L2Norm = DeltaMagnitude.Of(before, after, indices.Length).L2Norm,
            TotalBytes = TotalBytes,
            ComposedBytes = composedBytes,
            CompressionRatio = (double)TotalBytes / Math.Max(composedBytes, DeltaVector.EntryBytes),
            Indices = indices,
            Values = after,
        };
    }
}
