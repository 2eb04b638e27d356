using OrleansTemporal.Causality;
using OrleansTemporal.Vectors;

namespace OrleansTemporal.Agents.Tests.Vectors;

/// <summary>Every version with what it follows from, in a list: what shares history with what is found by going back from each of them.</summary>
internal sealed class VectorKinOracle
{
    private readonly List<Version> versions = [];

    public IReadOnlyList<Version> Versions => versions;

    public void Add(string id, float[]? vector, WriteId write, WriteId previous, IReadOnlyList<WriteId> causes, HybridTimestamp time) =>
        versions.Add(new Version(id, vector, write, previous, causes, time));

    public IReadOnlyList<Version> LiveAt(HybridTimestamp time) =>
        [.. versions.Where(version => version.Time <= time).GroupBy(static version => version.Id).Select(static of => of.Last()).Where(static version => version.Vector is not null)];

    public double Proximity(Version one, Version other)
    {
        var (left, right) = (HistoryOf(one), HistoryOf(other));
        return (double)left.Intersect(right).Count() / left.Union(right).Count();
    }

    /// <summary>All scores as of a moment, the best first.</summary>
    public List<double> Scores(HybridTimestamp time, float[] query, VectorMetric metric, string near, double weight, Func<Version, bool> passes)
    {
        var live = LiveAt(time);
        var of = live.Single(version => version.Id == near);
        return [.. live.Where(passes).Select(version => Score(version, of, query, metric, weight)).OrderDescending()];
    }

    public double Score(Version version, Version near, float[] query, VectorMetric metric, double weight) =>
        ((1 - weight) * VectorDistances.ToScore(metric, VectorDistances.Between(metric, query, version.Vector!))) + (weight * Proximity(version, near));

    // Plain recursion; a delta that was come to by one way may be come to by a shorter one.
    private HashSet<(uint, long)> HistoryOf(Version version)
    {
        var history = new HashSet<(uint, long)>();
        Collect(version, 0, history);
        return history;
    }

    private void Collect(Version version, int depth, HashSet<(uint, long)> history)
    {
        history.Add((version.Write.AgentDigest, version.Write.Sequence));
        if (depth == Limits.VectorHistoryDepthMax)
        {
            return;
        }

        foreach (var parent in version.Causes.Append(version.Previous).Where(static parent => !parent.IsNone))
        {
            history.Add((parent.AgentDigest, parent.Sequence));
            if (parent.AgentDigest == version.Write.AgentDigest)
            {
                Collect(versions.Single(other => other.Write == parent), depth + 1, history);
            }
        }
    }

    public sealed record Version(string Id, float[]? Vector, WriteId Write, WriteId Previous, IReadOnlyList<WriteId> Causes, HybridTimestamp Time);
}
