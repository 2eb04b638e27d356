using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;
using OrleansTemporal.Agents.Tests.Signals;
using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Agents.Tests.Vectors;
using OrleansTemporal.Causality;
using OrleansTemporal.Channels;
using OrleansTemporal.Kv;
using OrleansTemporal.Series;
using OrleansTemporal.Signals;
using OrleansTemporal.Timelines;
using OrleansTemporal.Vectors;
using static OrleansTemporal.Agents.Tests.Kv.KvTestCalls;

namespace OrleansTemporal.Agents.Tests.Channels;

/// <summary>Random writes to one agent of each facet, and what their deltas have to say.</summary>
internal sealed class FacetsRun(TestStore store, Random random)
{
    private const int Dimensions = 3;

    private readonly HashSet<string> keys = [];
    private readonly Dictionary<string, float[]> vectors = [];
    private readonly float[] state = new float[Dimensions];
    private bool hasStep;

    public List<ToldDelta> Told { get; } = [];

    public async Task DefineAsync()
    {
        await store.Database.Channels.PutAsync(
            CallContext.Local,
            Workspace,
            ChannelCalls.Name,
            new ChannelSettings { Sources = [.. new[] { AgentKind.Kv, AgentKind.Series, AgentKind.Signals, AgentKind.Vectors, AgentKind.Timelines }.Select(static kind => new ChannelSource { Kind = kind })] },
            CancellationToken.None);
        await store.DefineAsync(partitions: 1);
        await store.Set().CreateAsync(VectorTestCalls.Small(Dimensions));
        await store.Database.Timelines.DefineAsync(CallContext.Local, Workspace, "w", new TimelineDefinition(Dimensions, new TimelinePolicy()), CancellationToken.None);
    }

    public Task WriteAsync() => random.Next(6) switch
    {
        0 or 1 => PutAsync(),
        2 => RecordAsync(),
        3 => MeasureAsync(),
        4 => EmbedAsync(),
        _ => StepAsync(),
    };

    private async Task PutAsync()
    {
        var told = new List<ToldChange>();
        var operations = ImmutableArray.CreateBuilder<KvOperation>();
        for (var i = 0; i <= random.Next(3); i++)
        {
            var key = $"{(char)('a' + random.Next(3))}{random.Next(4)}{i}";
            if (keys.Contains(key) && random.Next(3) == 0)
            {
                operations.Add(Delete(key));
                told.Add(new ToldChange(ChangeType.Delete, key, null, 0));
                keys.Remove(key);
                continue;
            }

            var number = random.Next(-9, 10);
            var json = random.Next(2) == 0 ? $$"""{"n":{{number}}}""" : $"{number}";
            operations.Add(Put(key, json));
            told.Add(new ToldChange(keys.Add(key) ? ChangeType.Insert : ChangeType.Update, key, JsonNode.Parse(json), json[0] == '{' ? 0 : Math.Abs(number)));
        }

        var receipt = Assert.Single((await store.BatchAsync(operations.ToImmutable())).Results).Receipt;
        Tell(receipt, told.Max(static change => change.Magnitude), told);
    }

    private async Task RecordAsync()
    {
        var told = new List<ToldChange>();
        var events = ImmutableArray.CreateBuilder<SignalEvent>();
        for (var i = 0; i <= random.Next(3); i++)
        {
            var (entity, weight, signal) = ($"e{random.Next(3)}", random.Next(5), random.Next(2) == 0 ? "view" : "buy");
            events.Add(SignalTestCalls.Event(entity, weight: weight, signal: signal));
            told.Add(new ToldChange(ChangeType.Insert, entity, new JsonObject { ["signal"] = signal, ["weight"] = weight }, weight));
        }

        var written = await store.Database.SignalService.RecordAsync(CallContext.Local, Workspace, SignalTestCalls.Ledger, events.ToImmutable(), CancellationToken.None);
        Tell(written.Results[0].Receipt, told.Sum(static change => change.Magnitude), told);
    }

    private async Task MeasureAsync()
    {
        var told = new List<ToldChange>();
        var batch = new SeriesBatch();
        for (var i = 0; i <= random.Next(3); i++)
        {
            var (host, time, value) = ($"h{random.Next(3)}", new EventTime(random.Next(1_000) * 1_000_000_000L), random.Next(-8, 9) / 2d);
            batch.Add(SeriesTags.Parse($"host={host}"), "n", time, value);
            told.Add(new ToldChange(ChangeType.Insert, $"host={host} n", new JsonObject { ["time"] = time.ToString(), ["value"] = value }, Math.Abs(value)));
        }

        var written = await store.Database.SeriesService.WriteAsync(CallContext.Local, Workspace, "cpu", batch, CancellationToken.None);
        Tell(written.Receipts[0], told.Max(static change => change.Magnitude), told);
    }

    private async Task EmbedAsync()
    {
        var id = $"v{random.Next(4)}";
        var before = vectors.GetValueOrDefault(id, new float[Dimensions]);
        if (vectors.ContainsKey(id) && random.Next(3) == 0)
        {
            var removed = await store.Database.VectorService.WriteAsync(CallContext.Local, Workspace, VectorTestCalls.Name, VectorTestCalls.Remove(id), CancellationToken.None);
            vectors.Remove(id);
            Tell(removed.Receipt, Length(before, new float[Dimensions]), [new ToldChange(ChangeType.Delete, id, null, Length(before, new float[Dimensions]))]);
            return;
        }

        float[] vector = [random.Next(4), random.Next(4), random.Next(4)];
        var tone = random.Next(5);
        var written = await store.Database.VectorService.WriteAsync(
            CallContext.Local, Workspace, VectorTestCalls.Name, VectorTestCalls.Put(id, vector, $$"""{"n":{{tone}}}"""), CancellationToken.None);
        var value = new JsonObject { ["metadata"] = new JsonObject { ["n"] = tone }, ["vector"] = new JsonArray([.. vector.Select(static one => (JsonNode)one)]) };
        Tell(written.Receipt, Length(before, vector), [new ToldChange(vectors.ContainsKey(id) ? ChangeType.Update : ChangeType.Insert, id, value, Length(before, vector))]);
        vectors[id] = vector;
    }

    private async Task StepAsync()
    {
        var (index, value, tag) = (random.Next(Dimensions), (float)random.Next(1, 6), random.Next(2) == 0 ? "red" : "blue");
        var before = state.ToArray();
        state[index] += value;
        var written = await store.Database.Timelines.WriteAsync(
            CallContext.Local,
            Workspace,
            "w",
            new TimelineWrite { Indices = new[] { index }, Values = new[] { value }, IsAdditive = true, Metadata = [KeyValuePair.Create("tone", tag)] },
            CancellationToken.None);
        var told = new JsonObject
        {
            ["change"] = "apply",
            ["density"] = 1d / Dimensions,
            ["dimensionsChanged"] = 1,
            ["indices"] = new JsonArray(index),
            ["l2Norm"] = (double)value,
            ["maxComponent"] = (double)value,
            ["values"] = new JsonArray(state[index]),
        };
        Tell(written.Receipt!, Length(before, state), [new ToldChange(hasStep ? ChangeType.Update : ChangeType.Insert, "main", told, value)], ("tone", tag));
        hasStep = true;
    }

    private void Tell(Receipt receipt, double magnitude, List<ToldChange> changes, params (string Key, string Value)[] metadata) =>
        Told.Add(new ToldDelta(receipt.Agent, receipt.Sequence, magnitude, metadata.ToDictionary(static pair => pair.Key, static pair => pair.Value), changes));

    private static double Length(float[] before, float[] after) => Math.Sqrt(before.Zip(after, static (left, right) => Math.Pow((double)right - left, 2)).Sum());
}
