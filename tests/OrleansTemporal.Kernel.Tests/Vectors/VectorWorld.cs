using OrleansTemporal.Vectors;

namespace OrleansTemporal.Kernel.Tests.Vectors;

/// <summary>A collection with its history in plain lists, beside an index of it: what a search answers is compared with what the lists say.</summary>
internal sealed class VectorWorld(int dimensions, VectorMetric metric, int seed, VectorQuantization quantization = VectorQuantization.None)
{
    private readonly List<(float[] Vector, ulong From, ulong To)> entries = [];
    private readonly Random random = new(seed);
    private readonly float[][] centres = [.. Enumerable.Range(0, 20).Select(centre => Draw(new Random(seed * 31 + centre), dimensions, 3))];

    public VectorIndex Index { get; } = new(dimensions, metric, new VectorGraphOptions { Seed = (ulong)seed, Quantization = quantization });

    public ulong Now { get; private set; }

    /// <summary>A vector near one of a few centres, as embeddings are.</summary>
    public float[] Draw()
    {
        var vector = Draw(random, dimensions, 1);
        var centre = centres[random.Next(centres.Length)];
        for (var i = 0; i < dimensions; i++)
        {
            vector[i] += centre[i];
        }

        return vector;
    }

    public int Put(float[] vector)
    {
        Now++;
        entries.Add((vector, Now, ulong.MaxValue));
        return Index.Add(Index.Rows.Add(vector), Now);
    }

    public void Delete(int entry)
    {
        Now++;
        entries[entry] = entries[entry] with { To = Now };
        Index.End(entry, Now);
    }

    public void Grow(int count)
    {
        for (var i = 0; i < count; i++)
        {
            Put(Draw());
            Work(4);
        }
    }

    /// <summary>Does the work that is due, or some of it.</summary>
    public void Work(int stepsMax = int.MaxValue)
    {
        for (var i = 0; i < stepsMax; i++)
        {
            if (Index.NextWork() is { } work)
            {
                work.Run();
            }
            else if (!Index.Turn(Now))
            {
                return;
            }
        }
    }

    /// <summary>Which share of the true ten nearest a mode finds as of a moment, over some queries.</summary>
    public double Recall(VectorMode mode, ulong time, int queries = 60)
    {
        var (found, wanted) = (0, 0);
        var hits = new VectorHit[10];
        for (var i = 0; i < queries; i++)
        {
            var query = Draw();
            var plan = Index.Plan(mode, hits.Length, time, 1, 0);
            var count = plan.Mode == VectorMode.Exact
                ? Index.Scan(plan, 0, 1, query, default(AllVectors), hits)
                : Index.Search(plan, query, hits);
            var truth = entries
                .Where(entry => entry.From <= time && time < entry.To)
                .Select(entry => Distance(query, entry.Vector))
                .Order()
                .Take(10)
                .ToArray();
            Assert.True(count <= truth.Length, "nothing is answered that was not there");
            wanted += truth.Length;
            for (var place = 0; place < count; place++)
            {
                var live = entries[Index.History.LiveEntryOf(hits[place].Row, time)];
                Assert.True(live.From <= time && time < live.To);
                found += VectorDistances.ToDistance(metric, hits[place].Ordered) <= truth[^1] + 1e-4 ? 1 : 0;
            }
        }

        return wanted == 0 ? 1 : (double)found / wanted;
    }

    /// <summary>Requires what the modes promise as of a moment.</summary>
    public void RequireRecall(ulong time)
    {
        Assert.InRange(Recall(VectorMode.Auto, time), 0.95, 1);
        Assert.InRange(Recall(VectorMode.Thorough, time), 0.99, 1);
        Assert.Equal(1, Recall(VectorMode.Exact, time, 5));
    }

    private double Distance(float[] left, float[] right)
    {
        var (dot, squared, leftSquared, rightSquared) = (0.0, 0.0, 0.0, 0.0);
        for (var i = 0; i < left.Length; i++)
        {
            dot += (double)left[i] * right[i];
            squared += ((double)left[i] - right[i]) * ((double)left[i] - right[i]);
            leftSquared += (double)left[i] * left[i];
            rightSquared += (double)right[i] * right[i];
        }

        return metric switch
        {
            VectorMetric.L2 => Math.Sqrt(squared),
            VectorMetric.Cosine => 1 - (dot / Math.Sqrt(leftSquared * rightSquared)),
            _ => -dot,
        };
    }

    private static float[] Draw(Random random, int dimensions, double scale)
    {
        var vector = new float[dimensions];
        for (var i = 0; i < dimensions; i++)
        {
            // Box and Muller (1958).
            vector[i] = (float)(scale * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
        }

        return vector;
    }
}
