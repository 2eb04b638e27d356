using OrleansTemporal.Errors;

namespace OrleansTemporal.Timelines;

/// <summary>What a policy of windows may be, and the windows that a line of steps comes to.</summary>
public static class DeltaWindowRules
{
    /// <summary>Refuses what can not be.</summary>
    /// <exception cref="TemporalException">Invalid, <c>invalid_field</c>.</exception>
    public static void Validate(DeltaWindowPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        Require(policy.DurationMax >= TimeSpan.FromMilliseconds(1), "window", "A window lasts a millisecond at least.");
        Require(policy.CountMax is >= 1 and <= Limits.BatchCountMax, "windowCount", $"A window has 1 to {Limits.BatchCountMax} deltas.");
        Require(policy.BytesMax >= 1, "windowBytes", "A window has a byte at least.");
        Require(policy.CloseOnMetadata.Length <= Limits.MetadataCountMax, "closeOn", $"At most {Limits.MetadataCountMax} names close a window.");
    }

    /// <summary>
    /// Cuts steps of one line, oldest first, into windows: each one is closed and compacted when a later step finds it over, or
    /// when it is full; the last one may be open still.
    /// </summary>
    /// <param name="source">The branch.</param>
    /// <param name="steps">The steps.</param>
    /// <param name="policy">When a window is over.</param>
    /// <param name="idOf">The id of a step.</param>
    public static IEnumerable<AggregatedDelta> Cut(string source, IEnumerable<TimelineStep> steps, DeltaWindowPolicy policy, Func<TimelineStep, string> idOf)
    {
        DeltaWindow? window = null;
        foreach (var step in steps)
        {
            if (window?.ShouldClose(step.SystemTime) == true)
            {
                yield return End(window, idOf);
                window = null;
            }

            window ??= new DeltaWindow(source, policy);
            window.Add(step);
        }

        if (window is not null)
        {
            // By its count, its bytes or its last delta; time alone does not tell, since a delta may come that was before the end.
            yield return window.IsFull ? End(window, idOf) : window.Peek(idOf);
        }
    }

    private static AggregatedDelta End(DeltaWindow window, Func<TimelineStep, string> idOf)
    {
        window.Close();
        return window.Compact(idOf);
    }

    private static void Require(bool holds, string field, string message)
    {
        if (!holds)
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, message) { Field = field };
        }
    }
}
