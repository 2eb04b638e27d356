using System.Collections.Immutable;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Vectors;

/// <content>
/// Preferring what shares causal history. Who shares none is ordered among its like as before, so the nearest ones and all
/// that share some are the candidates, and nothing else can be among the best.
/// </content>
internal sealed partial class VectorSearch
{
    /// <summary>The version whose history is compared with, where the question names none.</summary>
    public int Near { get; init; } = -1;

    private ImmutableArray<VectorMatch> WithKin(ImmutableArray<VectorMatch> nearest)
    {
        var causal = query.Causal!;
        var kinship = new VectorKinship(collection, agentDigest);
        var history = causal.History.IsDefaultOrEmpty ? [.. kinship.HistoryOf(Near)] : causal.History;
        var shared = history.ToHashSet();
        var candidates = nearest.ToDictionary(static match => match.WriteId);
        foreach (var slot in kinship.RelativesOf(history, time))
        {
            ref readonly var version = ref collection[slot];
            var write = new WriteId(agentDigest, version.Sequence, version.Ordinal);
            if (!candidates.ContainsKey(write) && !selection.Passes(version.Entry))
            {
                continue;
            }

            if (!candidates.TryGetValue(write, out var match))
            {
                var distance = VectorDistances.Between(collection.Settings.Metric, query.Vector.Span, collection.ValuesOf(version));
                match = MatchOf(version, VectorDistances.ToScore(collection.Settings.Metric, distance), distance);
            }

            candidates[write] = match with { Proximity = VectorKinship.ProximityOf(shared, kinship.HistoryOf(slot)) };
        }

        return
        [
            .. candidates.Values
                .Select(match => match with { Score = ((1 - causal.Weight) * match.Score) + (causal.Weight * match.Proximity) })
                .Where(match => query.Threshold is not { } threshold || match.Score >= threshold)
                .OrderByDescending(static match => match.Score)
                .ThenBy(static match => match.WriteId.Sequence)
                .ThenBy(static match => match.WriteId.Ordinal)
                .Take(query.Count),
        ];
    }

    /// <summary>The refusal of a question that names a vector which is not there.</summary>
    internal static TemporalException NoVector(string near) =>
        new(ErrorKind.NotFound, ErrorCodes.KeyNotFound, $"There is no vector '{near}' then.") { Field = "causal.near" };
}
