using System.Text;
using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Causality;
using OrleansTemporal.Kv;
using OrleansTemporal.Lifecycle;

namespace OrleansTemporal.Agents.Tests.Lifecycle;

/// <summary>Goal: a distillation says how fit the live values are and which of them nothing needs, and touches none.</summary>
public sealed class FitnessTests
{
    private const string Workspace = "default";

    [Fact]
    public async Task what_nothing_refers_to_and_nothing_follows_from_is_garbage()
    {
        await using var store = await HeldStore.OpenAsync(new AgentOptions());
        var cause = await PutAsync(store, "things", "cause", "1");
        await PutAsync(store, "things", "named", "1");
        await PutAsync(store, "things", "alone", "1");
        await PutAsync(store, "things", "deleted", "1");
        await PutAsync(store, "things", "over", "1", new KvPutOptions { TimeToLive = TimeSpan.FromDays(1) });
        for (var i = 0; i < 3; i++)
        {
            await PutAsync(store, "others", $"o{i}", """{"to":{"$ref":"things/named"}}""", new KvPutOptions { Causes = [cause] });
        }

        // Refers no more.
        await PutAsync(store, "others", "o2", "1");
        await store.Kv.DeleteAsync(CallContext.Local, Workspace, "things", "deleted", KvPutOptions.None, CancellationToken.None);
        store.Time.Set(store.Time.GetUtcNow() + TimeSpan.FromDays(8));
        await RunAsync(store, LifecycleProcess.Consolidation);
        await PutAsync(store, "things", "young", "1");
        var report = await RunAsync(store, LifecycleProcess.Distillation, isDryRun: true);

        Assert.Equal(["others/o0", "others/o1", "others/o2", "things/alone"], report.Garbage.Select(static document => document.Document).Order(StringComparer.Ordinal));
        Assert.All(report.Garbage, static document => Assert.InRange(document.Score, -1.1, -0.9));
        Assert.Equal((6, 6), (report.Counts["liveValues"], report.Counts["sampledValues"]));
        Assert.Equal((5, 4), (report.Counts["unfitValues"], report.Counts["garbageValues"]));

        // Three follow from the cause, two refer to what is named, each less a day.
        Assert.Equal((4, 1, 1, 0), (report.Counts["fitnessBelow0"], report.Counts["fitnessBelow2"], report.Counts["fitnessBelow4"], report.Counts["fitness8AndMore"]));
    }

    [Fact]
    public async Task weights_of_the_policy_count()
    {
        await using var store = await HeldStore.OpenAsync(new AgentOptions());
        await store.Database.Lifecycle.SetPolicyAsync(
            CallContext.Local, Workspace, new LifecyclePolicy { Fitness = new LifecycleFitness { Reference = 20, Day = 0.5, FitFrom = 19 } }, CancellationToken.None);
        await PutAsync(store, "n", "a", """{"to":{"$ref":"n/b"}}""");
        await PutAsync(store, "n", "b", "1");
        store.Time.Set(store.Time.GetUtcNow() + TimeSpan.FromDays(9));
        await RunAsync(store, LifecycleProcess.Consolidation);
        var report = await RunAsync(store, LifecycleProcess.Distillation);
        Assert.Equal((1, 1, 1), (report.Counts["fitness8AndMore"], report.Counts["unfitValues"], report.Counts["garbageValues"]));
        var garbage = Assert.Single(report.Garbage);
        Assert.Equal(("n/a", -1, 0, 0), (garbage.Document, Math.Round(garbage.Score, 3), garbage.References, garbage.Descendants));
        Assert.Equal("1", Encoding.UTF8.GetString((await store.Kv.GetAsync(CallContext.Local, Workspace, "n", "b", AsOf.Latest, CancellationToken.None)).Version!.Value.Span));
    }

    [Fact]
    public async Task a_sample_stands_for_all()
    {
        await using var store = await HeldStore.OpenAsync(new AgentOptions());
        for (var i = 0; i < 30; i++)
        {
            await store.Kv.BatchAsync(
                CallContext.Local,
                Workspace,
                "n",
                [.. Enumerable.Range(0, 100).Select(n => new KvOperation { Kind = KvOperationKind.Put, Key = $"k{i}-{n}", Value = "1"u8.ToArray() })],
                atomic: true,
                KvPutOptions.None,
                CancellationToken.None);
        }

        store.Time.Set(store.Time.GetUtcNow() + TimeSpan.FromDays(8));
        await RunAsync(store, LifecycleProcess.Consolidation);
        var report = await RunAsync(store, LifecycleProcess.Distillation);
        Assert.Equal((3_000, 2_000, 3_000, 100), (report.Counts["liveValues"], report.Counts["sampledValues"], report.Counts["garbageValues"], report.Garbage.Length));
    }

    private static async Task<LifecycleReport> RunAsync(TestStore store, LifecycleProcess process, bool isDryRun = false) =>
        await store.Database.Lifecycle.RunAsync(CallContext.Local, Workspace, process, isDryRun, progress: null, CancellationToken.None);

    private static async Task<WriteId> PutAsync(TestStore store, string ns, string key, string value, KvPutOptions? options = null) =>
        (await store.Kv.PutAsync(CallContext.Local, Workspace, ns, key, Encoding.UTF8.GetBytes(value), options ?? KvPutOptions.None, CancellationToken.None)).Outcomes[0].WriteId;
}
