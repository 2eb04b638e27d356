using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Simulation.Tests.Worlds;

namespace OrleansTemporal.Simulation.Tests;

/// <summary>
/// Goal: there is no storage call after which a power loss costs an acknowledged write, from the making of the first file
/// over sealing and merging to the clean stop; and no call of the recovery either.
/// </summary>
public sealed class CrashAtEveryCallTests
{
    private const int Steps = 45;
    private const int CallsMax = 10_000;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void power_loss_at_any_call_costs_nothing_that_was_acknowledged(int seed)
    {
        var calls = 1;
        while (SimulationThread.Run(() => DiesAt(seed, calls)))
        {
            calls++;
            Assert.True(calls < CallsMax, "The script never ends.");
        }

        Assert.True(calls > 150, $"The script makes {calls} calls only.");
    }

    [Fact]
    public void power_loss_at_any_call_of_a_recovery_costs_nothing_that_was_acknowledged()
    {
        // Killed in the middle of everything, then again and again on the way up.
        for (var kill = 60; kill < 240; kill += 45)
        {
            var call = 1;
            while (SimulationThread.Run(() => DiesInRecovery(kill, call)))
            {
                call++;
                Assert.True(call < CallsMax, "The recovery never ends.");
            }

            Assert.True(call > 5);
        }
    }

    private static bool DiesAt(int seed, int call)
    {
        var ledger = new Ledger();
        var life = LifeOf(Disk.Empty, seed, 1);
        life.Plan.PowerLossAt = call;
        var hasEnded = life.WaitOrDie(ScriptAsync(life, ledger, seed));
        Audit(new Disk(life.Files.Crash()), ledger, seed, $"power loss at call {call} of seed {seed}");
        return !hasEnded;
    }

    private static bool DiesInRecovery(int kill, int call)
    {
        var ledger = new Ledger();
        var first = LifeOf(Disk.Empty, 1, 1);
        first.Plan.PowerLossAt = kill;
        first.WaitOrDie(ScriptAsync(first, ledger, 1));
        var second = LifeOf(new Disk(first.Files.Crash()), call, 2);
        second.Plan.PowerLossAt = call;
        var hasEnded = second.WaitOrDie(RecoverAsync(second));
        Audit(new Disk(second.Files.Crash()), ledger, call, $"power loss at call {call} of the recovery from one at {kill}");
        return !hasEnded;
    }

    private static void Audit(Disk disk, Ledger ledger, int seed, string what)
    {
        var life = LifeOf(disk, seed, 3);
        try
        {
            life.Wait(RecoverAsync(life));
            life.Wait(new Auditor(life.Database, ledger, life.Time).RunAsync());
        }
        catch (Exception failure)
        {
            throw new ViolationException($"After {what}: {failure.Message}", failure);
        }
    }

    private static async Task RecoverAsync(Life life)
    {
        await life.OpenAsync();
        await life.PrepareAsync();
    }

    private static async Task ScriptAsync(Life life, Ledger ledger, int seed)
    {
        await RecoverAsync(life);
        var random = new Random(seed);
        for (var i = 0; i < Steps; i++)
        {
            await new Client(life.Database, ledger, random, life.Trace, life.PauseAsync, life.Time).RunAsync(1);
            if (i % 5 == 4)
            {
                life.Time.Advance(TimeSpan.FromMilliseconds(20));
                await life.Database.MaintainAsync(CancellationToken.None);
                await life.CoolAsync(random);
            }
        }

        await life.StopAsync();
    }

    private static Life LifeOf(Disk disk, int seed, int number) => new(
        disk, new WorldOptions { Seed = seed, DelayChance = 0 }, seed * 15, number, new DateTimeOffset(2026, 1, 2, 3, 4, 5 + number, TimeSpan.Zero), new Trace());
}
