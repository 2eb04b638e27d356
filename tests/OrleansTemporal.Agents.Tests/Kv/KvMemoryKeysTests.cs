using System.Text;
using OrleansTemporal.Kv;

namespace OrleansTemporal.Agents.Tests.Kv;

/// <summary>Goal: the keys of any generations come in the order of their bytes, each once, with all that is known of it, the newest first.</summary>
public sealed class KvMemoryKeysTests
{
    [Fact]
    public void keys_of_several_generations_come_as_a_sorted_set_would_have_them()
    {
        for (var seed = 1; seed <= 400; seed++)
        {
            var random = new Random(seed);
            var letters = random.Next(1, 4);
            var generations = new KvGeneration[random.Next(0, 7)];
            var expected = new SortedDictionary<string, List<KvGeneration>>(StringComparer.Ordinal);
            for (var i = 0; i < generations.Length; i++)
            {
                generations[i] = new KvGeneration(generations.Length - i, 1);
                foreach (var key in Enumerable.Range(0, random.Next(60)).Select(_ => KeyOf(random, letters)).Distinct())
                {
                    generations[i].AddVersion(generations[i].AddKey(Encoding.UTF8.GetBytes(key), default), 1);
                    expected.TryAdd(key, []);
                    expected[key].Add(generations[i]);
                }
            }

            var start = KeyOf(random, letters);
            var exclusive = random.Next(2) == 0;
            var gate = new Lock();
            var keys = new KvMemoryKeys(Array.ConvertAll(generations, generation => (generation, generation.SortedEntries(gate))), Encoding.UTF8.GetBytes(start), exclusive);
            foreach (var (key, owners) in expected.Where(pair => string.CompareOrdinal(pair.Key, start) is var order && (order > 0 || (order == 0 && !exclusive))))
            {
                Assert.False(keys.IsAtEnd, $"seed {seed}: {key} is missing");
                Assert.Equal((key, key), (Encoding.UTF8.GetString(keys.Key), keys.Name.Text));
                var versions = new List<KvKey>();
                keys.Pass(versions);
                Assert.Equal(owners, versions.ConvertAll(static version => version.Generation));
                Assert.All(versions, version => Assert.Equal(key, version.Newest.Key));
            }

            Assert.True(keys.IsAtEnd, $"seed {seed}: more than there is");
        }
    }

    private static string KeyOf(Random random, int letters) =>
        string.Create(random.Next(1, 5), (random, letters), static (text, state) =>
        {
            foreach (ref var letter in text)
            {
                letter = (char)('a' + state.random.Next(state.letters));
            }
        });
}
