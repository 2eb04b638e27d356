using System.Collections.Immutable;
using System.Text;
using OrleansTemporal.Agents.Tests.Oracles;
using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Causality;
using OrleansTemporal.Kv;
using OrleansTemporal.Lineage;

namespace OrleansTemporal.Agents.Tests.Lineage;

/// <summary>One random history over namespaces with one and with several partitions, questioned all along. Decided by one seed.</summary>
internal sealed partial class LineageModelRun(int seed, TestStore store, bool withDataKeys = false)
{
    private const string Workspace = "default";
    private const int ManyPartitions = 3;
    private static readonly string[] Namespaces = ["a", "b", "c"];

    private readonly Random random = new(seed);
    private readonly LineageModel model = new();

    public async Task RunAsync(int steps)
    {
        await store.Kv.PutSettingsAsync(CallContext.Local, Workspace, "c", new KvSettings { Partitions = ManyPartitions }, CancellationToken.None);
        for (var i = 0; i < steps; i++)
        {
            await StepAsync();
        }

        for (var i = 0; i < 20; i++)
        {
            await CheckWritesAsync();
            await CheckDocumentsAsync();
        }
    }

    private async Task StepAsync()
    {
        if (withDataKeys && random.Next(8) == 0)
        {
            await DataKeyChanges.ChangeAsync(store, random, Namespaces[random.Next(3)], Key());
            return;
        }

        switch (random.Next(100))
        {
            case < 45:
                await WriteAsync();
                break;
            case < 55:
                await BatchAsync();
                break;
            case < 70:
                await CheckWritesAsync();
                break;
            case < 80:
                await CheckDocumentsAsync();
                break;
            case < 84:
                store.Time.Advance(TimeSpan.FromMilliseconds(random.Next(50)));
                break;
            case < 97:
                await KeepHouseAsync();
                break;
            default:
                await store.ReopenAsync(clean: random.Next(2) == 0);
                break;
        }
    }

    private async Task KeepHouseAsync()
    {
        var agent = store.Agent(Namespaces[random.Next(2)]);
        if (random.Next(2) == 0)
        {
            await agent.MaintainAsync(new MaintenanceBudget { SealEverything = true, AllowMerges = random.Next(2) == 0 }, CancellationToken.None);
        }

        for (var turns = random.Next(4); turns > 0 && await store.Database.MaintainAsync(CancellationToken.None); turns--)
        {
            // A few turns, so that questions meet half-done housekeeping.
        }
    }

    private async Task WriteAsync()
    {
        var (ns, key) = (Namespaces[random.Next(3)], Key());
        var options = new KvPutOptions { Causes = Causes() };
        if (random.Next(8) == 0 && model.LiveAt(HybridTimestamp.MaxValue).ContainsKey($"{ns}/{key}"))
        {
            model.Accept(ns, await store.Kv.DeleteAsync(CallContext.Local, Workspace, ns, key, options, CancellationToken.None), options.Causes, [null]);
            return;
        }

        var (json, references) = Value();
        model.Accept(ns, await store.Kv.PutAsync(CallContext.Local, Workspace, ns, key, json, options, CancellationToken.None), options.Causes, [references]);
    }

    private async Task BatchAsync()
    {
        var ns = Namespaces[random.Next(3)];
        var operations = ImmutableArray.CreateBuilder<KvOperation>();
        var references = new Dictionary<(string Key, int Nth), string[]?>();
        var counts = new Dictionary<string, int>();
        for (var i = random.Next(1, 6); i > 0; i--)
        {
            var key = Key();
            var nth = counts[key] = counts.GetValueOrDefault(key) + 1;
            var (json, refers) = Value();
            operations.Add(new KvOperation { Kind = KvOperationKind.Put, Key = key, Value = json });
            references[(key, nth)] = refers;
        }

        var causes = Causes();
        var result = await store.Kv.BatchAsync(
            CallContext.Local, Workspace, ns, operations.ToImmutable(), atomic: false, new KvPutOptions { Causes = causes }, CancellationToken.None);
        counts.Clear();
        foreach (var part in result.Results)
        {
            model.Accept(ns, part, causes, [.. part.Outcomes.Select(outcome => references[(outcome.Key, counts[outcome.Key] = counts.GetValueOrDefault(outcome.Key) + 1)])]);
        }
    }

    private string Key() => $"k{random.Next(12)}/{(random.Next(6) == 0 ? "é" : "x")}";

    // Mostly recent ones, so that histories cross; some from far back, which are sealed by then; sometimes the same twice.
    private ImmutableArray<WriteId> Causes()
    {
        var count = model.Writes.Count == 0 || random.Next(5) == 0 ? 0 : random.Next(1, 4);
        return [.. Enumerable.Range(0, count).Select(_ => model.Writes[random.Next(3) == 0 ? random.Next(model.Writes.Count) : random.Next(Math.Max(0, model.Writes.Count - 6), model.Writes.Count)].Id)];
    }

    private (byte[] Json, string[] References) Value()
    {
        var references = Enumerable.Range(0, random.Next(4)).Select(_ => $"{Namespaces[random.Next(3)]}/{Key()}").Distinct().ToArray();
        var json = $$"""{"n":{{random.Next(100)}},"refs":[{{string.Join(',', references.Select(static text => $$"""{"$ref":"{{text}}"}"""))}}],"$ref":"no reference"}""";
        return (Encoding.UTF8.GetBytes(json), references);
    }

    private async Task<(List<LineageRow> Rows, LineageAnswer Last)> AskAsync(LineageQuery query)
    {
        var rows = new List<LineageRow>();
        query = query with { Limit = random.Next(3) == 0 ? random.Next(1, 5) : Limits.PageCountMax };
        for (var pages = 0; ; pages++)
        {
            Assert.True(pages < 10_000, "Pages never end.");
            var answer = await store.Database.Lineage.AskAsync(CallContext.Local, Workspace, query, CancellationToken.None);
            Assert.True(answer.IsComplete);
            Assert.True(answer.Rows.Length <= query.Limit);
            rows.AddRange(answer.Rows);
            if (answer.Next is null)
            {
                return (rows, answer);
            }

            query = query with { Cursor = answer.Next, AsOf = AsOf.At(answer.AsOf) };
            if (random.Next(4) == 0)
            {
                // Pages stay stable under writes.
                await WriteAsync();
            }
        }
    }

    // The newest state, or a moment at which something was written.
    private (AsOf AsOf, HybridTimestamp Time) Moment()
    {
        var time = model.Writes[random.Next(model.Writes.Count)].Time;
        return random.Next(2) == 0 ? (AsOf.At(time), time) : (AsOf.At(model.Writes[^1].Time), model.Writes[^1].Time);
    }
}
