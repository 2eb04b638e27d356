using System.Collections.Immutable;
using System.Text;
using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Vectors;
using static OrleansTemporal.Agents.Tests.Kv.KvTestCalls;
using static OrleansTemporal.Agents.Tests.Vectors.VectorTestCalls;

namespace OrleansTemporal.Agents.Tests.Vectors;

/// <summary>Goal: as of every moment a search that prefers shared history answers as comparing everything with everything would.</summary>
public sealed class VectorKinTests
{
    private const int Dimensions = 3;

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(3, 1)]
    [InlineData(4, 3)]
    public async Task what_shares_history_comes_forward_as_a_list_of_writes_says(int seed, int partitions)
    {
        var random = new Random(seed);
        await using var store = await HeldStore.OpenAsync(new AgentOptions { GenerationBytesMax = 4_096 });
        var metric = (VectorMetric)(1 + (seed % 3));
        await store.Set().CreateAsync(Small(Dimensions, metric) with { Partitions = partitions });
        var documents = new List<WriteId>();
        for (var i = 0; i < 4; i++)
        {
            documents.Add((await store.PutAsync($"d{i}", $"{i}", ns: "sources")).Outcomes[0].WriteId);
        }

        var oracle = new VectorKinOracle();
        var moments = new List<HybridTimestamp>();
        for (var step = 0; step < 120; step++)
        {
            if (random.Next(15) == 0)
            {
                await store.ReopenAsync(clean: random.Next(2) == 0);
            }

            await WriteAsync(store, random, oracle, documents);
            moments.Add(oracle.Versions[^1].Time);
            if (step > 5 && random.Next(2) == 0)
            {
                await CompareAsync(store, random, metric, oracle, moments[random.Next(moments.Count)]);
                await CompareAsync(store, random, metric, oracle, null);
            }
        }
    }

    [Fact]
    public async Task a_vector_follows_from_documents_and_vectors_that_are_there()
    {
        await using var store = await HeldStore.OpenAsync();
        await store.Set().CreateAsync(Small());
        var document = (await store.PutAsync("page", "1", ns: "sources")).Outcomes[0].WriteId;
        var one = await WriteAsync(store, Put("one", [1, 0, 0]), [document]);
        var two = await WriteAsync(store, Put("two", [0, 9, 0]), [one.Outcomes[0].WriteId]);
        await WriteAsync(store, Put("far", [1, 1, 0]), []);
        Assert.Equal(one.Outcomes[0].WriteId, Assert.Single((await store.Set().GetAsync("two"))!.Causes));
        await store.ReopenAsync(clean: false);
        Assert.Equal(document, Assert.Single((await store.Set().GetAsync("one"))!.Causes));

        var answer = await store.Set().SearchAsync(new VectorQuery { Vector = new float[] { 1, 0, 0 }, Causal = new VectorCausal { Near = "one", Weight = 1 } });
        Assert.Equal(["one", "two", "far"], answer.Matches.Select(static match => match.Id));
        Assert.Equal([1, 2.0 / 3, 0], answer.Matches.Select(static match => match.Proximity));
        Assert.Equal([1, 2.0 / 3, 0], answer.Matches.Select(static match => match.Score));
        var plain = await store.Set().SearchAsync(new VectorQuery { Vector = new float[] { 1, 0, 0 }, Causal = new VectorCausal { Near = "one", Weight = 0 } });
        Assert.Equal(["one", "far", "two"], plain.Matches.Select(static match => match.Id));
        var before = new VectorQuery { Vector = new float[] { 1, 0, 0 }, Causal = new VectorCausal { Near = "one" }, AsOf = AsOf.At(two.Receipt.SystemTime) };
        Assert.Equal(["one", "two"], (await store.Set().SearchAsync(before)).Matches.Select(static match => match.Id));

        await RefusedAsync(ErrorCodes.CauseNotFound, () => WriteAsync(store, Put("three", [1, 0, 0]), [new WriteId(1, 1, 0)]));
        await RefusedAsync(ErrorCodes.CauseNotFound, () => WriteAsync(store, Put("three", [1, 0, 0]), [new WriteId(document.AgentDigest, 99, 0)]));
        await RefusedAsync(ErrorCodes.CauseNotFound, () => WriteAsync(store, Put("three", [1, 0, 0]), [new WriteId(two.Outcomes[0].WriteId.AgentDigest, 99, 0)]));
        await RefusedAsync(ErrorCodes.HeaderTooLarge, () => WriteAsync(store, Put("three", [1, 0, 0]), [.. Enumerable.Repeat(document, Limits.CausesMax + 1)]));
        await RefusedAsync(ErrorCodes.KeyNotFound, () => SearchAsync(store, new VectorCausal { Near = "none" }));
        await RefusedAsync(ErrorCodes.InvalidField, () => SearchAsync(store, new VectorCausal { Near = "one", Weight = 1.1 }));
        await RefusedAsync(ErrorCodes.InvalidField, () => SearchAsync(store, new VectorCausal { Near = "one", Weight = double.NaN }));
        await RefusedAsync(ErrorCodes.InvalidKey, () => SearchAsync(store, new VectorCausal { Near = "" }));
    }

    [Fact]
    public async Task a_history_has_a_bounded_depth_and_a_bounded_number_of_deltas()
    {
        await using var store = await HeldStore.OpenAsync();
        await store.Set().CreateAsync(Small());
        var documents = new List<WriteId>();
        for (var i = 0; i < 6 * Limits.CausesMax; i++)
        {
            documents.Add((await store.PutAsync($"d{i}", $"{i}", ns: "sources")).Outcomes[0].WriteId);
        }

        // A chain that is longer than a history is deep.
        WriteId? before = null;
        for (var i = 0; i <= Limits.VectorHistoryDepthMax + 1; i++)
        {
            before = (await WriteAsync(store, Put($"v{i}", [i, 0, 0]), before is { } of ? [of] : [documents[0]])).Outcomes[0].WriteId;
        }

        var chain = await SearchAsync(store, new VectorCausal { Near = $"v{Limits.VectorHistoryDepthMax + 1}", Weight = 1 });
        Assert.Equal(1, chain.Matches[0].Proximity);
        Assert.Equal(Limits.VectorHistoryDepthMax + 1, (await HistoryAsync(store, $"v{Limits.VectorHistoryDepthMax + 1}")).Length);
        Assert.Contains(documents[0], await HistoryAsync(store, "v0"));
        Assert.DoesNotContain(documents[0], await HistoryAsync(store, $"v{Limits.VectorHistoryDepthMax}"));

        // More deltas than a history has room for.
        var wide = new List<WriteId>();
        for (var i = 0; i < 6; i++)
        {
            wide.Add((await WriteAsync(store, Put($"w{i}", [i, 1, 0]), [.. documents.Skip(i * Limits.CausesMax).Take(Limits.CausesMax)])).Outcomes[0].WriteId);
        }

        await WriteAsync(store, Put("wide", [9, 9, 9]), [.. wide]);
        var history = await HistoryAsync(store, "wide");
        Assert.Equal(Limits.VectorHistoryMax, history.Length);
        Assert.Equal(wide.Select(static write => new WriteId(write.AgentDigest, write.Sequence, 0)), history.Skip(1).Take(wide.Count));
        await RefusedAsync(ErrorCodes.InvalidField, () => SearchAsync(store, new VectorCausal { Near = "wide", History = [.. history, history[0]] }));
    }

    private static async Task<ImmutableArray<WriteId>> HistoryAsync(TestStore store, string id)
    {
        var made = await store.Database.VectorService.PutCollectionAsync(CallContext.Local, "default", Name, Small(), CancellationToken.None);
        var agent = store.Database.Directory.Get<IVectorAgent>(new AgentId("default", AgentKind.Vectors, Name, 0));
        return (await agent.GetAncestryAsync(made.Entry.Sequence, id, AsOf.Latest, CancellationToken.None)).Deltas;
    }

    private static async Task WriteAsync(TestStore store, Random random, VectorKinOracle oracle, List<WriteId> documents)
    {
        var live = oracle.Versions.Count == 0 ? [] : oracle.LiveAt(oracle.Versions[^1].Time);
        var operations = Enumerable.Range(0, 1 + random.Next(3)).Select(_ => $"v{random.Next(12)}").Distinct().Select(id =>
            live.Any(version => version.Id == id) && random.Next(4) == 0
                ? Remove(id)
                : Put(id, [1 + random.NextSingle(), random.NextSingle(), random.NextSingle()], $$"""{"tone":{{random.Next(2)}}}""")).ToImmutableArray();
        var known = documents.Concat(oracle.Versions.Select(static version => version.Write)).ToArray();
        ImmutableArray<WriteId> causes = [.. Enumerable.Range(0, random.Next(3)).Select(_ => known[random.Next(known.Length)]).Distinct()];
        var written = await store.Database.VectorService.BatchAsync(CallContext.Local, "default", Name, operations, causes, CancellationToken.None);
        foreach (var (operation, outcome) in operations.Zip(written.Outcomes))
        {
            var time = written.Receipts.Single(receipt => receipt.Agent.Digest == outcome.WriteId.AgentDigest).SystemTime;
            oracle.Add(operation.Id, operation.IsDelete ? null : operation.Vector.ToArray(), outcome.WriteId, outcome.PreviousWriteId, causes, time);
        }
    }

    private static async Task CompareAsync(TestStore store, Random random, VectorMetric metric, VectorKinOracle oracle, HybridTimestamp? moment)
    {
        var time = moment ?? oracle.Versions.Max(static version => version.Time);
        var live = oracle.LiveAt(time);
        if (live.Count == 0)
        {
            return;
        }

        float[] query = [1 + random.NextSingle(), random.NextSingle(), random.NextSingle()];
        var near = live[random.Next(live.Count)];
        var weight = random.Next(4) / 3.0;
        var answer = await store.Set().SearchAsync(new VectorQuery
        {
            Vector = query,
            Count = 4,
            Causal = new VectorCausal { Near = near.Id, Weight = weight },
            AsOf = moment is null ? AsOf.Latest : AsOf.At(time),
        });
        var truth = oracle.Scores(time, query, metric, near.Id, weight, static _ => true);
        Assert.Equal(truth.Take(4), answer.Matches.Select(static match => match.Score), static (left, right) => Math.Abs(left - right) < 1e-5);
        foreach (var match in answer.Matches)
        {
            var version = live.Single(version => version.Id == match.Id);
            Assert.Equal(oracle.Proximity(version, near), match.Proximity, 1e-12);
            Assert.Equal(oracle.Score(version, near, query, metric, weight), match.Score, 1e-5);
        }
    }

    private static Task<VectorWriteResult> WriteAsync(TestStore store, VectorOperation operation, ImmutableArray<WriteId> causes) =>
        store.Database.VectorService.WriteAsync(CallContext.Local, "default", Name, operation, causes, CancellationToken.None).AsTask();

    private static Task<VectorAnswer> SearchAsync(TestStore store, VectorCausal causal) =>
        store.Set().SearchAsync(new VectorQuery { Vector = new float[] { 1, 0, 0 }, Causal = causal }).AsTask();
}
