using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Lifecycle;
using OrleansTemporal.Simulation.Tests.Worlds;
using OrleansTemporal.Timelines;

namespace OrleansTemporal.Simulation.Tests.Lifecycle;

/// <summary>
/// Goal: wherever in the thinning of a timeline the power goes, the state behind each step that is kept is what it was, the
/// next run ends with the same steps gone, and a step that is gone is refused and never answered wrongly.
/// </summary>
public sealed class ThinningAtEveryCallTests
{
    private const string Name = "w";
    private const int Dimensions = 5;
    private const int OldCount = 6;
    private const int NewCount = 2;
    private static readonly AgentId Agent = new(Client.Workspace, AgentKind.Timelines, Name, 0);

    [Fact]
    public void a_thinning_lets_go_of_old_steps_and_of_nothing_else()
    {
        var calls = SimulationThread.Run(() =>
        {
            var life = PowerLossAtEveryCall.LifeOf(Disk.Empty, 1, 1);
            life.Wait(ScriptAsync(life, new Told()));
            return life.Files.OperationCount;
        });
        Assert.True(calls > 40, $"The script makes {calls} calls only.");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void power_loss_at_any_call_of_a_thinning_changes_no_state_that_is_kept(int seed)
    {
        var calls = PowerLossAtEveryCall.Run<Told>(seed, ScriptAsync, OpenAndAuditAsync);
        Assert.True(calls > 40, $"The script makes {calls} calls only.");
    }

    private static async Task ScriptAsync(Life life, Told told)
    {
        await life.OpenAsync();
        await life.Database.Timelines.DefineAsync(CallContext.Local, Client.Workspace, Name, new TimelineDefinition(Dimensions, TimelinePolicy.Default), CancellationToken.None);
        for (var i = 0; i < OldCount + NewCount; i++)
        {
            if (i == OldCount)
            {
                told.Bound = life.Database.SystemTime;
            }

            float[] state = [i + 1, i % 2, 0, i > 3 ? 7 : 0, -i];
            var written = await life.Database.Timelines.WriteAsync(CallContext.Local, Client.Workspace, Name, new TimelineWrite { State = state, Id = $"s{i}" }, CancellationToken.None);
            told.States.Add((written.Receipt!.Sequence, state));
            if (i % 3 == 2)
            {
                await SealAsync(life);
            }
        }

        told.IsWritten = true;
        await ThinAsync(life, told);
        await AuditAsync(life, told);
    }

    private static async Task OpenAndAuditAsync(Life life, Told told)
    {
        await life.OpenAsync();
        if (!told.IsWritten)
        {
            return;
        }

        await CheckAsync(life, told, mayBeWhole: true);
        await ThinAsync(life, told);
        await AuditAsync(life, told);
    }

    private static async Task AuditAsync(Life life, Told told)
    {
        await CheckAsync(life, told, mayBeWhole: false);
        var agent = life.Database.Directory.Get<ITimelineAgent>(Agent);
        var records = (await agent.ReadDeltasAsync(0, 100, CancellationToken.None)).Records.Select(static record => DeltaRecord.Read(record)).ToList();
        ViolationException.ThrowUnless(records.Count(static delta => !delta.HasPayload) == OldCount - 1, "payloads of steps that were let go are there");
        var before = await agent.GetStatusAsync(CancellationToken.None);
        await ThinAsync(life, told);
        var after = await agent.GetStatusAsync(CancellationToken.None);
        ViolationException.ThrowUnless(before.Sequence == after.Sequence, "another run let something go");
        await SealAsync(life);
        await CheckAsync(life, told, mayBeWhole: false);
    }

    private static async Task CheckAsync(Life life, Told told, bool mayBeWhole)
    {
        var agent = life.Database.Directory.Get<ITimelineAgent>(Agent);
        for (var i = 0; i < told.States.Count; i++)
        {
            var isKept = i >= OldCount - 1;
            try
            {
                var read = await agent.GetStateAsync(new TimelineMoment { AsOf = AsOf.After(told.States[i].Sequence) }, CancellationToken.None);
                ViolationException.ThrowUnless(read.Values.Span.SequenceEqual(told.States[i].State), $"the state behind step {i} is another");
                ViolationException.ThrowUnless(isKept || mayBeWhole, $"step {i} is there still");
            }
            catch (TemporalException gone) when (gone.Code == ErrorCodes.HistoryExpired)
            {
                ViolationException.ThrowUnless(!isKept, $"step {i} is gone");
            }

            var again = await agent.WriteAsync(new TimelineWrite { Indices = new[] { 0 }, Values = new[] { 99f }, Id = $"s{i}" }, CancellationToken.None);
            ViolationException.ThrowUnless(again.Outcome == TimelineOutcome.Known, $"the id of step {i} is not known any more");
        }

        var report = await agent.VerifyAsync(CancellationToken.None);
        ViolationException.ThrowUnless(report.Fault is null, $"verification: {report.Fault}");
        ViolationException.ThrowUnless((await agent.VerifySpanAsync(1, 0, CancellationToken.None)).Fault is null, "a part does not verify");
    }

    private static async Task ThinAsync(Life life, Told told)
    {
        var order = new TimelineThinOrder { Levels = [new ThinningLevel("base", new HybridTimestamp(told.Bound.Value + 1), 0, 0, 0)], Actor = "test" };
        DistillReport report;
        do
        {
            report = await life.Database.Directory.Get<ITimelineAgent>(Agent).ThinAsync(order, CancellationToken.None);
            await life.PauseAsync();
        }
        while (report.HasMore);
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
        public List<(long Sequence, float[] State)> States { get; } = [];

        public HybridTimestamp Bound { get; set; }

        public bool IsWritten { get; set; }
    }
}
