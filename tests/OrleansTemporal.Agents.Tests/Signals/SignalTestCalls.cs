using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Signals;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Agents.Tests.Signals;

/// <summary>Calls that tests of the ledger repeat.</summary>
internal static class SignalTestCalls
{
    public const string Workspace = WorkspaceService.DefaultName;
    public const string Ledger = "videos";

    public static SignalType View { get; } = new()
    {
        Name = "view",
        HalfLife = TimeSpan.FromDays(7),
        HalfLives = [TimeSpan.FromDays(1)],
        Windows = [TimeSpan.FromHours(1), TimeSpan.FromHours(24), TimeSpan.FromDays(7)],
    };

    public static SignalType Buy { get; } = new() { Name = "buy", HalfLife = TimeSpan.FromDays(30), Windows = [TimeSpan.FromHours(24)] };

    public static SignalSchema Schema { get; } = new()
    {
        Types = [View, Buy],
        Profiles = [new SignalProfile { Name = "hot", Terms = [new SignalTerm("view", TimeSpan.FromDays(1), 1), new SignalTerm("buy", null, 20)] }],
    };

    public static SignalLedger SignalsOf(this TestStore store) => store.Database.Signals(Ledger);

    public static SignalLedgerAgent AgentOf(this TestStore store, int partition = 0) =>
        store.Database.Directory.Get<SignalLedgerAgent>(new AgentId(Workspace, AgentKind.Signals, Ledger, partition));

    public static async ValueTask<SignalLedger> DefineAsync(this TestStore store, SignalSchema? schema = null, int partitions = 1)
    {
        await store.Database.SignalService.DefineAsync(CallContext.Local, Workspace, Ledger, schema ?? Schema, partitions, CancellationToken.None);
        return store.SignalsOf();
    }

    public static EventTime Now(this TestStore store) => EventTime.FromDateTimeOffset(store.Time.GetUtcNow());

    public static EventTime Ago(this TestStore store, TimeSpan time) => EventTime.FromDateTimeOffset(store.Time.GetUtcNow() - time);

    public static SignalEvent Event(string entity, EventTime? time = null, double weight = 1, string? id = null, string signal = "view") =>
        new() { Entity = entity, Signal = signal, Weight = weight, Time = time, Id = id };

    public static SignalValues Of(this SignalReading reading, string signal) => reading.Signals.Single(values => values.Signal == signal);

    public static string CountsOf(this SignalReading reading, string signal = "view") => string.Join(' ', reading.Of(signal).Windows.Select(static window => window.Count));

    public static async ValueTask SealAsync(SignalLedgerAgent agent, bool allowMerges = true)
    {
        for (var turns = 0; await agent.MaintainAsync(new MaintenanceBudget { SealEverything = true, AllowMerges = allowMerges }, CancellationToken.None); turns++)
        {
            Assert.True(turns < 10_000, "Housekeeping never ends.");
        }
    }

    public static async Task<TemporalException> RefusedAsync<T>(string code, Func<ValueTask<T>> call)
    {
        var refusal = await Assert.ThrowsAsync<TemporalException>(async () => await call());
        Assert.Equal(code, refusal.Code);
        return refusal;
    }
}
