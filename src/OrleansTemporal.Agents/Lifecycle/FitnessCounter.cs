using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Lineage;

namespace OrleansTemporal.Lifecycle;

/// <summary>
/// Scores sampled values of a workspace: asks every agent for what refers to them and what follows from them, both by the
/// index of lineage, so that no value is read.
/// </summary>
internal sealed class FitnessCounter(IAgentDirectory directory, IReadOnlyList<AgentId> agents, LifecycleFitness weights, HybridTimestamp now)
{
    private const int GarbageMax = 100;
    private const int CountPerAgentMax = 100;
    private readonly long[] bands = new long[Fitness.Bounds.Count + 1];
    private readonly List<ScoredDocument> garbage = [];
    private long live;
    private long sampled;
    private double unfit;
    private double unneeded;

    /// <summary>The least fit of those that nothing needs.</summary>
    public ImmutableArray<ScoredDocument> Garbage => [.. garbage.OrderBy(static document => document.Score).ThenBy(static document => document.Document, StringComparer.Ordinal).Take(GarbageMax)];

    /// <summary>The histogram, of the sample, and what it says of all live values.</summary>
    public IEnumerable<KeyValuePair<string, long>> Counts()
    {
        yield return KeyValuePair.Create("liveValues", live);
        yield return KeyValuePair.Create("sampledValues", sampled);
        yield return KeyValuePair.Create("unfitValues", (long)Math.Round(unfit));
        yield return KeyValuePair.Create("garbageValues", (long)Math.Round(unneeded));
        for (var band = 0; band < bands.Length; band++)
        {
            yield return KeyValuePair.Create(band == Fitness.Bounds.Count ? $"fitness{Fitness.Bounds[^1]}AndMore" : $"fitnessBelow{Fitness.Bounds[band]}", bands[band]);
        }
    }

    /// <summary>Scores the sample of one agent.</summary>
    public async ValueTask AddAsync(AgentId agent, long liveValues, ImmutableArray<DistillSample> sample, CancellationToken cancellationToken)
    {
        live += liveValues;
        foreach (var step in sample.Chunk(Limits.LineageBatchMax))
        {
            var descendants = await CountDescendantsAsync([.. step.Select(static value => value.WriteId)], cancellationToken).ConfigureAwait(false);
            for (var i = 0; i < step.Length; i++)
            {
                var document = $"{agent.Name}/{step[i].Key}";
                var references = await CountReferencesAsync(document, cancellationToken).ConfigureAwait(false);
                Add(document, step[i], references, descendants[i], (double)liveValues / sample.Length);
            }
        }
    }

    private void Add(string document, DistillSample value, long references, long descendants, double standsFor)
    {
        var age = TimeSpan.FromMilliseconds(Math.Max(0, now.Milliseconds - value.SystemTime.Milliseconds));
        var score = Fitness.ScoreOf(references, descendants, value.Heat, age, weights);
        sampled++;
        bands[Fitness.BandOf(score)]++;
        if (score >= weights.FitFrom)
        {
            return;
        }

        unfit += standsFor;
        if (references == 0 && descendants == 0 && age > weights.Grace)
        {
            unneeded += standsFor;
            garbage.Add(new ScoredDocument(document, score, references, descendants, age));
        }
    }

    private async ValueTask<long> CountReferencesAsync(string document, CancellationToken cancellationToken)
    {
        var count = 0L;
        foreach (var agent in agents)
        {
            var query = new LineageReferenceQuery { Target = document, AsOf = AsOf.At(now), Limit = CountPerAgentMax };
            var page = await directory.Get<ILineageAgent>(agent).GetReferencesAsync(query, cancellationToken).ConfigureAwait(false);
            count += page.References.Length;
        }

        return count;
    }

    private async ValueTask<long[]> CountDescendantsAsync(ImmutableArray<WriteId> writes, CancellationToken cancellationToken)
    {
        var counts = new long[writes.Length];
        foreach (var agent in agents)
        {
            var query = new LineageEffectQuery { Causes = writes, AsOf = AsOf.At(now), CountPerCauseMax = CountPerAgentMax };
            LineageEffectPage page;
            do
            {
                page = await directory.Get<ILineageAgent>(agent).GetEffectsAsync(query, cancellationToken).ConfigureAwait(false);
                foreach (var effect in page.Effects)
                {
                    counts[effect.Cause]++;
                }

                query = page.HasMore ? query with { FromCause = page.Effects[^1].Cause, BeforeSequence = page.Effects[^1].Sequence } : query;
            }
            while (page.HasMore);
        }

        return counts;
    }
}
