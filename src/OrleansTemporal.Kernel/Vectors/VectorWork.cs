namespace OrleansTemporal.Vectors;

/// <summary>Work on an index in phases: each item of a phase in any order and on any threads, the phases one after the other.</summary>
public abstract class VectorWork
{
    /// <summary>How many phases there are.</summary>
    public abstract int PhaseCount { get; }

    /// <summary>How many items a phase has; known when the phase before is through.</summary>
    public abstract int CountOf(int phase);

    /// <summary>Does one item.</summary>
    public abstract void Do(int phase, int item);

    /// <summary>Everything, on this thread.</summary>
    public void Run()
    {
        for (var phase = 0; phase < PhaseCount; phase++)
        {
            var count = CountOf(phase);
            for (var item = 0; item < count; item++)
            {
                Do(phase, item);
            }
        }
    }
}
