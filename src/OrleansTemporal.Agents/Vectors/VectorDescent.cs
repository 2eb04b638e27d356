using System.Collections.Concurrent;
using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Vectors;

/// <summary>
/// What the deltas of one collection follow from, and what follows from them. Written in the agent's gate, read by any
/// number. Only deltas that name causes take memory here.
/// </summary>
internal sealed class VectorDescent
{
    private readonly ConcurrentDictionary<long, ImmutableArray<WriteId>> causes = new();
    private readonly AppendedList<(long Sequence, int Earlier)> effects = new();

    // By delta, each as its write number 0: its newest effect.
    private readonly ConcurrentDictionary<WriteId, int> newestEffect = new();

    /// <summary>The delta of a write, as its write number 0.</summary>
    public static WriteId DeltaOf(in WriteId write) => new(write.AgentDigest, write.Sequence, 0);

    /// <summary>Notes what a delta follows from.</summary>
    public void Add(long sequence, ImmutableArray<WriteId> of)
    {
        if (of.IsDefaultOrEmpty)
        {
            return;
        }

        causes[sequence] = of;
        foreach (var cause in of.Select(static write => DeltaOf(write)).Distinct())
        {
            newestEffect[cause] = effects.Add((sequence, newestEffect.GetValueOrDefault(cause, -1)));
        }
    }

    /// <summary>The writes that a delta names, in its order.</summary>
    public ImmutableArray<WriteId> CausesOf(long sequence) => causes.GetValueOrDefault(sequence, []);

    /// <summary>Sequences of the deltas that name a write of a delta, the newest first.</summary>
    public IEnumerable<long> EffectsOf(WriteId delta)
    {
        for (var place = newestEffect.GetValueOrDefault(delta, -1); place >= 0; place = effects[place].Earlier)
        {
            yield return effects[place].Sequence;
        }
    }
}
