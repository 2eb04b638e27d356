namespace OrleansTemporal.Timelines;

/// <summary>Finds the window of a step, of which the last step is kept.</summary>
public static class ThinningWindows
{
    /// <summary>The window of a step; null when the level does not hold for it.</summary>
    /// <param name="level">What is kept.</param>
    /// <param name="step">The step.</param>
    /// <param name="ordinal">Its place among the steps of its branch as they were made, from 0.</param>
    /// <param name="newest">That of the newest.</param>
    public static long? WindowOf(this ThinningLevel level, TimelineStep step, long ordinal, long newest)
    {
        ArgumentNullException.ThrowIfNull(level);
        ArgumentNullException.ThrowIfNull(step);
        if (step.SystemTime >= level.Before || newest - ordinal < level.BehindNewest)
        {
            return null;
        }

        if (level.Milliseconds == 0)
        {
            return level.Steps == 0 ? 0 : ordinal / level.Steps;
        }

        var window = step.SystemTime.Milliseconds / level.Milliseconds;
        return (window + 1) * level.Milliseconds <= level.Before.Milliseconds ? window : null;
    }
}
