using OrleansTemporal.Causality;

namespace OrleansTemporal.Vectors;

/// <summary>
/// Causal histories of vectors. That of a version is a set of deltas: its own; those of the writes that its delta names as
/// causes, and that of the version which it replaced; and so on, at most <see cref="Limits.VectorHistoryDepthMax"/> steps
/// through versions of this agent, the nearest <see cref="Limits.VectorHistoryMax"/> deltas. It is fixed when the version
/// is written, so it is the same as of every moment. Not thread-safe; reads what was written before it was made.
/// </summary>
internal sealed class VectorKinship(VectorCollection collection, uint agentDigest)
{
    private readonly HashSet<WriteId> history = [];
    private readonly Queue<(int Slot, int Depth)> open = new();
    private readonly HashSet<int> seen = [];

    /// <summary>The history of a version, the nearest deltas first. Cost: a look-up for each of its deltas.</summary>
    public List<WriteId> HistoryOf(int slot)
    {
        var ordered = new List<WriteId>();
        history.Clear();
        seen.Clear();
        open.Clear();
        Visit(slot, 0);
        Add(DeltaOf(slot), ordered);
        while (ordered.Count < Limits.VectorHistoryMax && open.TryDequeue(out var next))
        {
            ref readonly var version = ref collection[next.Slot];
            if (next.Depth == Limits.VectorHistoryDepthMax)
            {
                continue;
            }

            foreach (var cause in collection.Descent.CausesOf(version.Sequence))
            {
                if (cause.AgentDigest == agentDigest && collection.SlotOf(cause) is var named and >= 0)
                {
                    Visit(named, next.Depth + 1);
                }

                Add(VectorDescent.DeltaOf(cause), ordered);
            }

            if (version.Previous >= 0)
            {
                Visit(version.Previous, next.Depth + 1);
                Add(DeltaOf(version.Previous), ordered);
            }
        }

        return ordered;
    }

    /// <summary>How much of two histories is the same: deltas of both, of those of either. 1 for equal ones, 0 when they share nothing.</summary>
    public static double ProximityOf(IReadOnlySet<WriteId> one, List<WriteId> other)
    {
        var shared = other.Count(one.Contains);
        return (double)shared / (one.Count + other.Count - shared);
    }

    /// <summary>Versions that are there at a moment and may share some of a history: all that do are among them. Cost: the versions that follow from it.</summary>
    public List<int> RelativesOf(IReadOnlyCollection<WriteId> of, ulong time)
    {
        var relatives = new List<int>();
        seen.Clear();
        open.Clear();

        // The nearer ones first, so that each is come to by its shortest way.
        foreach (var delta in of.Where(delta => delta.AgentDigest == agentDigest))
        {
            VisitWritten(delta.Sequence, 0);
        }

        foreach (var delta in of)
        {
            VisitEffects(delta, 1);
        }

        while (open.TryDequeue(out var next))
        {
            var version = collection[next.Slot];
            if (version.Time > time)
            {
                continue;
            }

            if (version.Entry >= 0 && collection.Index.History.IsLive(version.Entry, time))
            {
                relatives.Add(next.Slot);
            }

            if (next.Depth == Limits.VectorHistoryDepthMax)
            {
                continue;
            }

            VisitEffects(DeltaOf(next.Slot), next.Depth + 1);
            if (collection.NextOf(next.Slot) is var replacing and >= 0)
            {
                Visit(replacing, next.Depth + 1);
            }
        }

        return relatives;
    }

    private void VisitEffects(WriteId delta, int depth)
    {
        foreach (var sequence in collection.Descent.EffectsOf(delta))
        {
            VisitWritten(sequence, depth);
        }
    }

    private void VisitWritten(long sequence, int depth)
    {
        var slot = collection.FirstOf(sequence);
        for (var count = collection.VersionCount; slot >= 0 && slot < count && collection[slot].Sequence == sequence; slot++)
        {
            Visit(slot, depth);
        }
    }

    private void Visit(int slot, int depth)
    {
        if (seen.Add(slot))
        {
            open.Enqueue((slot, depth));
        }
    }

    private WriteId DeltaOf(int slot) => new(agentDigest, collection[slot].Sequence, 0);

    private void Add(WriteId delta, List<WriteId> ordered)
    {
        if (ordered.Count < Limits.VectorHistoryMax && history.Add(delta))
        {
            ordered.Add(delta);
        }
    }
}
