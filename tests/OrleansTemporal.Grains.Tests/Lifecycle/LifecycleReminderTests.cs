using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Hosting;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Grains.Tests.Hosting;
using OrleansTemporal.Lifecycle;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Grains.Tests.Lifecycle;

/// <summary>The processes of the lifecycle run by reminders of the real runtime.</summary>
public sealed class LifecycleReminderTests : IAsyncLifetime
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private readonly ShiftedTime time = new();
    private readonly TestSilo silo;

    public LifecycleReminderTests() => silo = new TestSilo
    {
        SiloTime = time,
        ClientTime = time,
        Configure = static builder => builder.Configure<ReminderOptions>(static options => options.MinimumReminderPeriod = TimeSpan.FromSeconds(1)),
    };

    public Task InitializeAsync() => silo.InitializeAsync();

    public Task DisposeAsync() => silo.DisposeAsync();

    [Fact]
    public async Task every_process_of_every_workspace_has_a_reminder_with_the_period_of_its_policy()
    {
        await Eventually.HoldsAsync("the default workspace has its reminders", async () => (await RemindersAsync("default")).Count == Enum.GetValues<LifecycleProcess>().Length);
        foreach (var process in Enum.GetValues<LifecycleProcess>())
        {
            var wanted = LifecycleReminder.Of(new LifecycleSchedule(), process, TimeSpan.Zero);
            Assert.Contains((wanted.Name, wanted.Period), await RemindersAsync("default"));
        }

        await silo.Database.Workspaces.PutAsync(CallContext.Local, new WorkspaceInfo { Name = "other" }, CancellationToken.None);
        await LookAsync();
        Assert.Equal(await NamesAsync("default"), await NamesAsync("other"));

        var before = await RemindersAsync("other");
        await SetAsync("other", new LifecycleSchedule { Genome = TimeSpan.FromHours(2) });
        await LookAsync();
        Assert.Equal(before.Count, (await RemindersAsync("other")).Count);
        Assert.Contains(("genome/02:00:00", TimeSpan.FromHours(2)), await RemindersAsync("other"));
        await silo.Database.Workspaces.DeleteAsync(CallContext.Local, "other", CancellationToken.None);
        await Schedule("other").EnsureAsync(CancellationToken.None);
        Assert.Empty(await RemindersAsync("other"));
    }

    [Fact]
    public async Task the_runtime_itself_has_a_process_run_again_and_again()
    {
        await silo.Database.Kv("n").PutAsync("k", 1);
        await SetAsync("default", new LifecycleSchedule { Genome = TimeSpan.FromSeconds(10) });
        await LookAsync();
        await Eventually.HoldsAsync("a genome was written", async () => await GenomesAsync() >= 1, TimeSpan.FromMinutes(1));
        await Eventually.HoldsAsync("and another one", async () => await GenomesAsync() >= 2, TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task a_tick_that_comes_twice_runs_once()
    {
        await GenomesOnlyAsync();
        await silo.Database.Kv("n").PutAsync("k", 1);
        await TickAsync("genome");
        await Eventually.HoldsAsync("a genome was written", async () => await GenomesAsync() == 1);
        var begun = await BegunAsync();
        await TickAsync("genome");
        await TickAsync("genome");

        // Another activation knows only what is written down.
        await silo.Cluster.DeactivateAsync(Schedule("default").GetGrainId());
        await TickAsync("genome");
        Assert.Equal(begun + 1, await BegunAsync());

        time.Shift(Day);
        await TickAsync("genome");
        await Eventually.HoldsAsync("the next day's was written", async () => await GenomesAsync() == 2);
    }

    [Fact]
    public async Task what_was_missed_is_caught_up_once()
    {
        await GenomesOnlyAsync();
        await silo.Database.Kv("n").PutAsync("k", 1);
        await TickAsync("genome");
        await Eventually.HoldsAsync("a genome was written", async () => await GenomesAsync() == 1);

        // A week in which no tick came, though the silo was there, as when reminders are kept elsewhere.
        time.Shift(7 * Day);
        await Schedule("default").EnsureAsync(CancellationToken.None);
        await Eventually.HoldsAsync("one was written for all of it", async () => await GenomesAsync() == 2);
        var begun = await BegunAsync();
        await Schedule("default").EnsureAsync(CancellationToken.None);
        Assert.Equal(begun + 1, await BegunAsync());

        // A week without a silo: its reminders, in memory, have gone with it.
        await silo.StopAsync();
        time.Shift(7 * Day);
        await silo.InitializeAsync();
        await Eventually.HoldsAsync("one was written for the second week", async () => await GenomesAsync() == 3);
    }

    [Fact]
    public async Task consolidation_runs_by_its_reminder_and_a_reminder_of_another_release_does_no_harm()
    {
        var agent = new AgentId("default", AgentKind.Kv, "n", 0);
        await silo.Database.Kv("n").PutAsync("k", 1);
        time.Shift(TimeSpan.FromDays(2));
        await TickAsync("consolidation");
        await Eventually.HoldsAsync("what is old is sealed", async () => (await silo.Agent<IAgent>(agent).GetStatusAsync(CancellationToken.None)).SealedThrough == 1);
        await Remindable("default").ReceiveReminder("dreaming/00:05:00", default);
        await Remindable("nowhere").ReceiveReminder("genome/00:05:00", default);
    }

    private static string NameOf(string process) => LifecycleReminder.Of(new LifecycleSchedule(), LifecycleProcesses.Parse(process), TimeSpan.Zero).Name;

    private ILifecycleScheduleGrain Schedule(string workspace) => silo.Cluster.Client.GetGrain<ILifecycleScheduleGrain>(workspace);

    private IRemindable Remindable(string workspace) => Schedule(workspace).AsReference<IRemindable>();

    private Task TickAsync(string process) => Remindable("default").ReceiveReminder(NameOf(process), default);

    private async Task LookAsync() => Assert.True(await silo.Cluster.GetSiloServiceProvider().GetRequiredService<LifecycleReminders>().LookAsync(CancellationToken.None));

    private async Task SetAsync(string workspace, LifecycleSchedule schedule) =>
        await silo.Database.Lifecycle.SetPolicyAsync(CallContext.Local, workspace, new LifecyclePolicy { Schedule = schedule }, CancellationToken.None);

    private async Task<List<(string Name, TimeSpan Period)>> RemindersAsync(string workspace)
    {
        var rows = await silo.Cluster.GetSiloServiceProvider().GetRequiredService<IReminderTable>().ReadRows(Schedule(workspace).GetGrainId());
        return [.. rows.Reminders.Select(static row => (row.ReminderName, row.Period)).Order()];
    }

    private async Task<List<string>> NamesAsync(string workspace) => [.. (await RemindersAsync(workspace)).Select(static reminder => reminder.Name)];

    // The others are not due while a test runs, and what the silo has begun as it started has been begun.
    private async Task GenomesOnlyAsync()
    {
        await SetAsync("default", new LifecycleSchedule { Consolidation = 1_000 * Day, Distillation = 1_000 * Day });
        await LookAsync();
    }

    // Each genome is one delta of the lifecycle agent; a policy is another kind.
    private async Task<int> GenomesAsync()
    {
        var page = await silo.Agent<IAgent>(SystemAgents.LifecycleOf("default")).ReadDeltasAsync(0, 1_000, CancellationToken.None);
        return page.Records.Count(static record => DeltaRecord.Read(record).Kind == DeltaKind.Parse("lifecycle.extractGenome"));
    }

    // Operations are numbered as they begin, so one that the test begins tells how many have begun before it.
    private async Task<int> BegunAsync()
    {
        var own = await silo.Database.Agents.StartVerifyAsync(CallContext.Local, "default", CancellationToken.None);
        return int.Parse(own.Id[(own.Id.LastIndexOf('-') + 1)..], CultureInfo.InvariantCulture);
    }
}
