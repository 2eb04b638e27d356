using System.Text;
using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Causality;
using OrleansTemporal.Vectors;
using static OrleansTemporal.Agents.Tests.Vectors.VectorTestCalls;

namespace OrleansTemporal.Agents.Tests.Vectors;

/// <summary>Goal: as of every moment a collection answers as a list of all writes would, whatever was sealed, indexed or restarted between.</summary>
public sealed class VectorModelTests
{
    private const int Dimensions = 4;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task a_collection_answers_as_a_list_of_writes_would(int seed)
    {
        var random = new Random(seed);
        await using var store = await HeldStore.OpenAsync(new AgentOptions { GenerationBytesMax = 4_096 });
        var metric = (VectorMetric)(1 + (seed % 3));
        await store.Set().CreateAsync(Small(Dimensions, metric));
        var moments = new List<(Receipt Receipt, Dictionary<string, (float[] Vector, int Tone)> State)>();
        var state = new Dictionary<string, (float[] Vector, int Tone)>();
        for (var step = 0; step < 250; step++)
        {
            switch (random.Next(12))
            {
                case 0:
                    await store.ReopenAsync(clean: random.Next(2) == 0);
                    break;
                case 1:
                    await store.MaintainAsync();
                    break;
                default:
                    var operations = Enumerable.Range(0, 1 + random.Next(4)).Select(_ => Next(random, state)).ToArray();
                    var written = await store.Set().PutManyAsync([.. operations]);
                    moments.Add((written.Receipt, new Dictionary<string, (float[], int)>(state)));
                    break;
            }

            if (moments.Count > 0 && random.Next(3) == 0)
            {
                var (receipt, then) = moments[random.Next(moments.Count)];
                await CompareAsync(store, random, metric, then, random.Next(2) == 0 ? AsOf.At(receipt.SystemTime) : AsOf.After(receipt.Sequence));
                await CompareAsync(store, random, metric, state, AsOf.Latest);
            }
        }
    }

    private static VectorOperation Next(Random random, Dictionary<string, (float[] Vector, int Tone)> state)
    {
        var id = $"v{random.Next(40)}";
        if (state.ContainsKey(id) && random.Next(3) == 0)
        {
            state.Remove(id);
            return Remove(id);
        }

        // Few different vectors, so that some come again and again.
        float[] vector = [1 + random.Next(3), random.Next(3), random.Next(3), random.Next(3)];
        state[id] = (vector, random.Next(3));
        return Put(id, vector, $$"""{"tone":{{state[id].Tone}}}""");
    }

    private static async Task CompareAsync(TestStore store, Random random, VectorMetric metric, Dictionary<string, (float[] Vector, int Tone)> state, AsOf asOf)
    {
        var id = $"v{random.Next(40)}";
        var version = await store.Set().GetAsync(id, asOf);
        Assert.Equal(state.TryGetValue(id, out var expected) ? expected.Vector : null, version?.Vector.ToArray());

        float[] query = [1 + random.Next(3), random.Next(3), random.Next(3), random.Next(3)];
        var tone = random.Next(4);
        var filter = tone == 3 ? [] : Encoding.UTF8.GetBytes($$$"""{"eq":{"field":"tone","value":{{{tone}}}}}""");
        var answer = await store.Set().SearchAsync(new VectorQuery { Vector = query, Count = 7, Filter = filter, AsOf = asOf });
        var truth = state.Where(pair => tone == 3 || pair.Value.Tone == tone)
            .ToDictionary(static pair => pair.Key, pair => VectorDistances.Between(metric, query, pair.Value.Vector));
        Assert.Equal(truth.Values.Order().Take(7), answer.Matches.Select(static match => match.Distance), static (left, right) => Math.Abs(left - right) < 1e-4);
        Assert.All(answer.Matches, match => Assert.Equal(truth[match.Id], match.Distance, 1e-4));
        Assert.Equal(answer.Matches.Length, answer.Matches.Select(static match => match.Id).Distinct().Count());
    }
}
