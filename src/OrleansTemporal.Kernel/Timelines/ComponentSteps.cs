namespace OrleansTemporal.Timelines;

/// <summary>Finds the steps that set one component without looking at all the others.</summary>
public static class ComponentSteps
{
    /// <summary>
    /// The steps of a line that set a component, newest first. O(own steps / 64) filters of each branch of the line, and
    /// 64 · log components for each that may hold it; the first time, making the filters of complete blocks as well.
    /// </summary>
    /// <param name="from">The newest step of the line; null for the empty beginning.</param>
    /// <param name="component">The component.</param>
    public static IEnumerable<TimelineStep> Backward(TimelineStep? from, int component)
    {
        for (var step = from; step is not null; step = step.Branch.Fork)
        {
            var own = step.Branch.Own;
            for (var (last, block) = (step.Index, step.Index / ComponentFilter.StepCount); block >= 0; last = (block * ComponentFilter.StepCount) - 1, block--)
            {
                if (!step.Branch.MayHold(block, component))
                {
                    continue;
                }

                for (var i = last; i >= block * ComponentFilter.StepCount; i--)
                {
                    if (own[i].Find(component) >= 0)
                    {
                        yield return own[i];
                    }
                }
            }
        }
    }
}
