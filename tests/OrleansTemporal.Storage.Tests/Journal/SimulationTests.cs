using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Memory;

namespace OrleansTemporal.Storage.Tests.Journal;

/// <summary>Goal: whatever the disk does, what was acknowledged is there and what is there was written, in order.</summary>
public class SimulationTests
{
    private const int Steps = 400;

    private static int SeedCount => Environment.GetEnvironmentVariable("OT_LONG") == "1" ? 20_000 : 300;

    [Fact]
    public void what_survives_is_a_prefix_that_holds_all_that_was_acknowledged()
    {
        var first = Environment.GetEnvironmentVariable("OT_SEED") is { } given ? int.Parse(given) : 1;
        var count = Environment.GetEnvironmentVariable("OT_SEED") is null ? SeedCount : 1;
        var found = 0L;
        for (var seed = first; seed < first + count; seed++)
        {
            try
            {
                var simulation = new JournalSimulation(seed);
                simulation.Run(Steps);
                found += simulation.Found;
            }
            catch (Exception exception)
            {
                Assert.Fail($"Seed {seed} failed; replay with OT_SEED={seed} ./test Storage\n{exception}");
            }
        }

        Assert.True(found > count * 50, $"only {found} records were found again: the simulation does too little");
    }

    [Fact]
    public void same_seed_gives_the_same_run()
    {
        for (var seed = 1; seed <= 10; seed++)
        {
            var traces = Enumerable.Range(0, 2).Select(_ =>
            {
                var simulation = new JournalSimulation(seed);
                simulation.Run(Steps);
                return simulation.Trace;
            }).ToList();
            Assert.Equal(traces[0], traces[1]);
        }
    }

    [Fact]
    public void power_loss_at_every_call_keeps_what_was_acknowledged()
    {
        // The calls of one life, counted once without a loss; then one life for each of them.
        var calls = Live(long.MaxValue, 1, out _, out _);
        Assert.InRange(calls, 40, 1_000);
        for (var at = 1L; at <= calls; at++)
        {
            for (var seed = 1; seed <= 3; seed++)
            {
                Live(at, seed, out var image, out var acknowledged);
                try
                {
                    Survives(image, acknowledged);
                }
                catch (Exception exception)
                {
                    Assert.Fail($"Power loss at call {at}, seed {seed}: {exception}");
                }
            }
        }
    }

    [Fact]
    public void open_that_fails_at_any_call_loses_nothing()
    {
        Live(long.MaxValue, 1, out var image, out var acknowledged);
        for (var at = 1L; ; at++)
        {
            var world = new JournalWorld(image, new FaultPlan((int)at) { PowerLossAt = at });
            var isLost = false;
            try
            {
                world.Open();
                world.Work.RunUntilIdle();
            }
            catch (TemporalException)
            {
                isLost = true;
            }

            isLost |= world.Files.IsDead;
            Survives(world.Files.Crash(), acknowledged);
            if (!isLost)
                return;
        }
    }

    // Two agents write over several files, trim, stop, start and write again.
    private static long Live(long powerLossAt, int seed, out MemoryImage image, out long[] acknowledged)
    {
        var world = new JournalWorld(plan: new FaultPlan(seed) { PowerLossAt = powerLossAt }, seed: seed);
        acknowledged = [0, 0];
        try
        {
            world.Open();
            var logs = new[] { world.Log(0), world.Log(1) };
            for (var i = 0; i < 24; i++)
            {
                var agent = i % 2;
                var sequence = JournalWorld.Stage(logs[agent], JournalWorld.Agent(agent), 3_000);
                if (i % 3 != 0)
                {
                    world.Run(logs[agent].WhenDurableAsync(sequence, default));
                    acknowledged[agent] = sequence;
                }

                if (i == 15)
                {
                    logs[0].Trim(acknowledged[0]);
                    logs[1].Trim(acknowledged[1]);
                }

                world.Work.RunUntilIdle();
            }

            world.Run(world.Journal.DisposeAsync());
        }
        catch (TemporalException) when (world.Files.IsDead)
        {
            // The power went; whoever waited was told.
        }

        image = world.Files.Crash();
        return world.Files.OperationCount;
    }

    private static void Survives(MemoryImage image, long[] acknowledged)
    {
        var world = JournalWorld.Opened(image);
        for (var agent = 0; agent < acknowledged.Length; agent++)
        {
            var log = world.Log(agent);
            Assert.True(log.LastSequence >= acknowledged[agent], $"agent {agent}: {acknowledged[agent]} acknowledged, {log.LastSequence} there");
            var records = world.ReadAll(log, log.FirstSequence - 1);
            Assert.Equal(log.LastSequence - log.FirstSequence + 1, records.Count);
            for (var i = 0; i < records.Count; i++)
                Assert.Equal(JournalWorld.Record(JournalWorld.Agent(agent), log.FirstSequence + i, 3_000), records[i]);
        }
    }
}
