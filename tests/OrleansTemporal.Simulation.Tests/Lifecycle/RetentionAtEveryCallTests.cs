using System.Collections.Immutable;
using System.Text;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Kv;
using OrleansTemporal.Lifecycle;
using OrleansTemporal.Simulation.Tests.Erasures;
using OrleansTemporal.Simulation.Tests.Worlds;

namespace OrleansTemporal.Simulation.Tests.Lifecycle;

/// <summary>
/// Goal: wherever in a retention the power goes, what is kept answers as before, the next run ends with the same bytes gone,
/// and what is gone is never answered wrongly: all of it or a refusal.
/// </summary>
public sealed class RetentionAtEveryCallTests
{
    private const string Ns = "n";
    private static readonly AgentId Agent = new(Client.Workspace, AgentKind.Kv, Ns, 0);

    [Fact]
    public void a_retention_lets_go_of_what_was_replaced_and_of_nothing_else()
    {
        var calls = SimulationThread.Run(() =>
        {
            var life = PowerLossAtEveryCall.LifeOf(Disk.Empty, 1, 1);
            life.Wait(ScriptAsync(life, new Told()));
            return life.Files.OperationCount;
        });
        Assert.True(calls > 50, $"The script makes {calls} calls only.");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void power_loss_at_any_call_of_a_retention_loses_nothing_that_is_kept(int seed)
    {
        var calls = PowerLossAtEveryCall.Run<Told>(seed, ScriptAsync, OpenAndAuditAsync);
        Assert.True(calls > 50, $"The script makes {calls} calls only.");
    }

    private static async Task ScriptAsync(Life life, Told told)
    {
        await life.OpenAsync();
        for (var i = 1; i <= 3; i++)
        {
            await BatchAsync(life, i);
            told.Times.Add(await PutAsync(life, "a", i));
            await SealAsync(life);
        }

        told.Bound = life.Database.SystemTime;
        told.Times.Add(await PutAsync(life, "a", 4));
        await SealAsync(life);
        told.IsWritten = true;
        await DistillAsync(life, told);
        await AuditAsync(life, told);
    }

    private static async Task OpenAndAuditAsync(Life life, Told told)
    {
        await life.OpenAsync();
        if (!told.IsWritten)
        {
            return;
        }

        // Before the next run: nothing is wrong, whatever of it was done.
        await CheckReadsAsync(life, told, mayBeWhole: true);
        await DistillAsync(life, told);
        await AuditAsync(life, told);
    }

    private static async Task AuditAsync(Life life, Told told)
    {
        await CheckReadsAsync(life, told, mayBeWhole: false);
        var search = await StoredBytesSearch.ReadAsync(life.Files.Snapshot(), Agent);
        foreach (var gone in new[] { "a as of 1", "a as of 2", "b as of 1", "b as of 2" })
        {
            var found = search.Find(Encoding.UTF8.GetBytes(gone), withJournal: false);
            ViolationException.ThrowUnless(found is null, $"'{gone}' is in {found}");
        }

        foreach (var kept in new[] { "a as of 3", "a as of 4", "b as of 3", "c as of 1" })
        {
            ViolationException.ThrowUnless(search.Find(Encoding.UTF8.GetBytes(kept), withJournal: false) is not null, $"'{kept}' is gone");
        }

        var again = await life.Database.Directory.Get<IStorageAgent>(Agent).GetStatusAsync(CancellationToken.None);
        await DistillAsync(life, told);
        var after = await life.Database.Directory.Get<IStorageAgent>(Agent).GetStatusAsync(CancellationToken.None);
        ViolationException.ThrowUnless(again.Sequence == after.Sequence, "another run let something go");
    }

    private static async Task CheckReadsAsync(Life life, Told told, bool mayBeWhole)
    {
        var agent = life.Database.Directory.Get<IStorageAgent>(Agent);
        for (var i = 0; i < told.Times.Count; i++)
        {
            string? value;
            try
            {
                value = (await agent.GetAsync("a", AsOf.At(told.Times[i]), CancellationToken.None)).Version is { } version ? Encoding.UTF8.GetString(version.Value.Span) : "nothing";
            }
            catch (TemporalException gone) when (gone.Code == ErrorCodes.HistoryExpired)
            {
                value = null;
            }

            var isKept = i >= 2;
            ViolationException.ThrowUnless(value == Value("a", i + 1) || (value is null && !isKept), $"as of write {i + 1}, a is {value}");
            ViolationException.ThrowUnless(mayBeWhole || isKept == value is not null, $"as of write {i + 1}, a is {value}");
        }

        foreach (var (key, value) in new[] { ("a", Value("a", 4)), ("b", Value("b", 3)), ("c", Value("c", 1)) })
        {
            var read = await agent.GetAsync(key, AsOf.Latest, CancellationToken.None);
            ViolationException.ThrowUnless(read.Version is { } version && Encoding.UTF8.GetString(version.Value.Span) == value, $"{key} is {read.Version}");
        }

        var history = await agent.GetHistoryAsync(new KvHistoryQuery { Key = "a" }, CancellationToken.None);
        ViolationException.ThrowUnless(
            history.Versions.Select(static version => Encoding.UTF8.GetString(version.Value.Span)).SequenceEqual(
                (history.KeptFrom.Value == 0 ? [4, 3, 2, 1] : new[] { 4, 3 }).Select(static i => Value("a", i))) && (mayBeWhole || history.KeptFrom.Value != 0),
            $"the history of a has {history.Versions.Length} versions and is kept from {history.KeptFrom}");
        var report = await agent.VerifyAsync(CancellationToken.None);
        ViolationException.ThrowUnless(report.Fault is null, $"verification: {report.Fault}");
    }

    private static async Task DistillAsync(Life life, Told told)
    {
        var agent = life.Database.Directory.Get<IStorageAgent>(Agent);
        while ((await agent.DistillAsync(new DistillOrder { ReplacedBefore = told.Bound }, CancellationToken.None)).HasMore)
        {
            await life.PauseAsync();
        }
    }

    private static async Task<HybridTimestamp> PutAsync(Life life, string key, int number) => (await life.Database.KvService.PutAsync(
        CallContext.Local, Client.Workspace, Ns, key, Encoding.UTF8.GetBytes(Value(key, number)), KvPutOptions.None, CancellationToken.None)).Receipt.SystemTime;

    // The third key is written once, beside one that is replaced.
    private static async Task BatchAsync(Life life, int number)
    {
        string[] keys = number == 1 ? ["b", "c"] : ["b"];
        ImmutableArray<KvOperation> operations =
            [.. keys.Select(key => new KvOperation { Kind = KvOperationKind.Put, Key = key, Value = Encoding.UTF8.GetBytes(Value(key, number)) })];
        await life.Database.KvService.BatchAsync(CallContext.Local, Client.Workspace, Ns, operations, atomic: true, KvPutOptions.None, CancellationToken.None);
    }

    private static string Value(string key, int number) => $"\"{key} as of {number}\"";

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
        public List<HybridTimestamp> Times { get; } = [];

        public HybridTimestamp Bound { get; set; }

        public bool IsWritten { get; set; }
    }
}
