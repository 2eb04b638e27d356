using System.Collections.Immutable;
using System.Text;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Kv;
using OrleansTemporal.Simulation.Tests.Worlds;

namespace OrleansTemporal.Simulation.Tests.Erasures;

/// <summary>
/// Goal: wherever in an erasure the power goes, it ends with nothing of what was erased on the disk and all else as it was,
/// without anybody asking again once it was acknowledged.
/// </summary>
public sealed class EraseAtEveryCallTests
{
    private const string Ns = "n";
    private const int TurnsMax = 400;

    private static readonly AgentId Agent = new(Client.Workspace, AgentKind.Kv, Ns, 0);

    // Long enough that a segment stores the second one as a reference to the first.
    private static readonly string Secret = $"{{\"text\":\"secret {new string('q', 200)}\"}}";
    private static readonly string Batched = "{\"ref\":\"people/nobody-may-know\",\"text\":\"in a batch, erased\"}";
    private static readonly string Kept = "{\"text\":\"in the same batch, kept\"}";

    [Fact]
    public void an_erasure_leaves_nothing_and_takes_nothing_else()
    {
        var calls = SimulationThread.Run(() =>
        {
            var life = PowerLossAtEveryCall.LifeOf(Disk.Empty, 1, 1);
            life.Wait(ScriptAsync(life, new Told()));
            life.Wait(AuditAsync(life, new Told { IsErased = true }));
            return life.Files.OperationCount;
        });
        Assert.True(calls > 50, $"The script makes {calls} calls only.");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void power_loss_at_any_call_of_an_erasure_leaves_nothing_and_takes_nothing_else(int seed)
    {
        var calls = PowerLossAtEveryCall.Run<Told>(seed, ScriptAsync, OpenAndAuditAsync);
        Assert.True(calls > 50, $"The script makes {calls} calls only.");
    }

    private static async Task ScriptAsync(Life life, Told told)
    {
        await life.OpenAsync();
        var database = life.Database;
        await PutAsync(life, "a", Secret);
        await PutAsync(life, "same", Secret.Replace("secret", "secrex", StringComparison.Ordinal));
        await BatchAsync(life, ("b", Batched), ("c", Kept));
        await database.MaintainAsync(CancellationToken.None);
        await PutAsync(life, "a", "\"second secret of a\"");
        await PutAsync(life, "d", "\"kept too\"");
        await SealAsync(life);
        await PutAsync(life, "a", "\"third secret of a\"");
        ViolationException.ThrowUnless((await SearchAsync(life)).Find("secret"u8) is not null, "the search finds nothing at all");
        told.IsWritten = true;
        await EraseAsync(life);
        told.IsErased = true;
        await PurgeAsync(life);
        told.IsPurged = true;
        RequireNothing(await SearchAsync(life), "at once");
    }

    private static async Task EraseAsync(Life life)
    {
        await life.Database.KvService.EraseAsync(Call("1"), Client.Workspace, KvErasureScope.OfKey(Ns, "a") with { Reason = "asked to" }, CancellationToken.None);
        await life.Database.KvService.EraseAsync(Call("2"), Client.Workspace, KvErasureScope.OfPrefix(Ns, "b"), CancellationToken.None);
    }

    private static async Task OpenAndAuditAsync(Life life, Told told)
    {
        await life.OpenAsync();
        if (!told.IsWritten)
        {
            return;
        }

        if (!told.IsErased)
        {
            await EraseAsync(life);
        }

        await PurgeAsync(life);
        await AuditAsync(life, told);
    }

    private static async Task AuditAsync(Life life, Told told)
    {
        var kv = life.Database.KvService;
        RequireNothing(await SearchAsync(life), told.ToString());
        foreach (var (key, value) in new[] { ("a", null), ("b", null), ("c", Kept), ("d", "\"kept too\""), ("same", Secret.Replace("secret", "secrex", StringComparison.Ordinal)) })
        {
            var read = await kv.GetAsync(CallContext.Local, Client.Workspace, Ns, key, AsOf.Latest, CancellationToken.None);
            var text = read.Version is { } version ? Encoding.UTF8.GetString(version.Value.Span) : null;
            ViolationException.ThrowUnless(text == value && !read.IsErased, $"{key} is {text ?? "nothing"} (erased {read.IsErased})");
        }

        var history = await kv.GetHistoryAsync(CallContext.Local, Client.Workspace, Ns, new KvHistoryQuery { Key = "a", Ascending = true }, CancellationToken.None);
        ViolationException.ThrowUnless(
            history.Versions.Length == 4
            && history.Versions.Take(3).All(static version => version is { IsErased: true, IsDeleted: false } && version.Value.IsEmpty && version.DistinctionId.IsZero)
            && history.Versions[3].IsDeleted,
            $"the history of a is {string.Join(", ", history.Versions.Select(static version => $"{version.WriteId} {version.IsErased} {version.IsDeleted}"))}");
        var before = await kv.GetAsync(CallContext.Local, Client.Workspace, Ns, "a", AsOf.After(history.Versions[0].WriteId.Sequence), CancellationToken.None);
        ViolationException.ThrowUnless(before is { Version: null, IsErased: true }, $"as of before, a is {before}");
        var keys = await kv.ListAsync(CallContext.Local, Client.Workspace, Ns, new KvListQuery(), CancellationToken.None);
        ViolationException.ThrowUnless(keys.Entries.Select(static entry => entry.Key).SequenceEqual(["c", "d", "same"]), "the list has other keys");
        var report = await life.Database.Directory.Get<IStorageAgent>(Agent).VerifyAsync(CancellationToken.None);
        ViolationException.ThrowUnless(report.Fault is null, $"verification: {report.Fault}");
        var stats = await life.Database.Directory.Get<IStorageAgent>(Agent).GetStatsAsync(CancellationToken.None);
        ViolationException.ThrowUnless(stats.LiveKeyCount == 3 && stats.ValueBytes == Kept.Length + "\"kept too\"".Length + Secret.Length, $"the counts are {stats}");
    }

    private static void RequireNothing(StoredBytesSearch search, string when)
    {
        foreach (var value in new[] { Secret, Batched, "\"second secret of a\"", "\"third secret of a\"" })
        {
            search.RequireNothingOf(value);
        }

        foreach (var word in new[] { "secret", "nobody-may-know" })
        {
            var found = search.Find(Encoding.UTF8.GetBytes(word));
            ViolationException.ThrowUnless(found is null, $"'{word}' is in {found} {when}");
        }

        ViolationException.ThrowUnless(search.Find("kept too"u8) is not null, "what was kept is not found either");
    }

    private static async Task<StoredBytesSearch> SearchAsync(Life life) => await StoredBytesSearch.ReadAsync(life.Files.Snapshot(), Agent);

    private static async Task PurgeAsync(Life life)
    {
        var agent = life.Database.Directory.Get<IStorageAgent>(Agent);
        var purged = agent.WhenPurgedAsync(CancellationToken.None).AsTask();
        for (var turns = 0; !purged.IsCompleted; turns++)
        {
            ViolationException.ThrowUnless(turns < TurnsMax, "the bytes never go");
            await life.Database.MaintainAsync(CancellationToken.None);
            await life.PauseAsync();
        }

        await purged;
    }

    private static CallContext Call(string key) => CallContext.Local with { IdempotencyKey = key };

    private static async Task PutAsync(Life life, string key, string json) =>
        await life.Database.KvService.PutAsync(Call($"put {key} {json.Length}"), Client.Workspace, Ns, key, Encoding.UTF8.GetBytes(json), KvPutOptions.None, CancellationToken.None);

    private static async Task BatchAsync(Life life, params (string Key, string Json)[] writes)
    {
        ImmutableArray<KvOperation> operations =
            [.. writes.Select(static write => new KvOperation { Kind = KvOperationKind.Put, Key = write.Key, Value = Encoding.UTF8.GetBytes(write.Json) })];
        await life.Database.KvService.BatchAsync(Call("batch"), Client.Workspace, Ns, operations, atomic: true, KvPutOptions.None, CancellationToken.None);
    }

    private static async Task SealAsync(Life life)
    {
        foreach (var agent in life.Database.Directory.Agents)
        {
            await agent.MaintainAsync(new MaintenanceBudget { SealEverything = true }, CancellationToken.None);
        }
    }

    /// <summary>What the caller was told before the power went.</summary>
    private sealed record Told
    {
        public bool IsWritten { get; set; }

        public bool IsErased { get; set; }

        public bool IsPurged { get; set; }
    }
}
