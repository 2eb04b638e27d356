using OrleansTemporal.Agents;
using OrleansTemporal.Simulation.Tests.Worlds;

namespace OrleansTemporal.Simulation.Tests.Splits;

/// <summary>
/// Goal: processes whose clocks are far apart follow each other on one disk in the middle of splits and merges, and every
/// moment before, between and after them has one answer for ever. A failing seed is in the message.
/// </summary>
public sealed class SplitClockTests
{
    private const int Lives = 7;
    private const int StepsMax = 14;

    private static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    // From a machine whose battery is dead to one that is a month ahead.
    private static readonly TimeSpan[] Apart =
        [TimeSpan.FromDays(-20_000), TimeSpan.FromHours(-1), TimeSpan.FromMilliseconds(-3), TimeSpan.Zero, TimeSpan.FromSeconds(1), TimeSpan.FromHours(5), TimeSpan.FromDays(31)];

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(200)]
    public void answers_about_the_past_stay_when_clocks_are_far_apart(int first)
    {
        var moves = 0;
        for (var seed = first; seed < first + 8; seed++)
        {
            try
            {
                moves += SimulationThread.Run(() => Play(seed));
            }
            catch (Exception failure)
            {
                throw new ViolationException($"Seed {seed}: {failure.Message}", failure);
            }
        }

        Assert.True(moves > 40, $"Only {moves} moves.");
    }

    private static int Play(int seed)
    {
        var (random, world, disk) = (new Random(seed), new SplitWorld(), Disk.Empty);
        for (var number = 1; number <= Lives; number++)
        {
            var life = PowerLossAtEveryCall.LifeOf(disk, seed, number, Start + Apart[random.Next(Apart.Length)]);
            life.Wait(life.OpenAsync());
            life.Wait(MakeRoomAsync(life));
            life.Wait(world.AuditAsync(life));
            life.Plan.PowerLossAt = random.Next(3) == 0 ? null : life.Files.OperationCount + random.Next(1, 60);
            if (life.WaitOrDie(StepAsync(life, world, random)) && random.Next(2) == 0)
            {
                life.Plan.PowerLossAt = null;
                life.Wait(life.StopAsync());
            }

            disk = new Disk(life.Files.Crash());
        }

        var last = PowerLossAtEveryCall.LifeOf(disk, seed, Lives + 1, Start);
        last.Wait(last.OpenAsync());
        last.Wait(MakeRoomAsync(last));
        last.Wait(world.AuditAsync(last));
        return world.Moves;
    }

    private static async Task StepAsync(Life life, SplitWorld world, Random random)
    {
        for (var steps = random.Next(4, StepsMax); steps > 0; steps--)
        {
            await MakeRoomAsync(life);
            switch (random.Next(10))
            {
                case < 6:
                    await world.PutAsync(life, $"k{random.Next(9)}");
                    break;
                case < 8:
                    await world.MoveAsync(life, random.Next(1, 5));
                    break;
                case 8:
                    life.Time.Set(life.Time.GetUtcNow() + Apart[random.Next(Apart.Length)]);
                    break;
                default:
                    foreach (var agent in life.Database.Directory.Agents)
                    {
                        await agent.MaintainAsync(new MaintenanceBudget { SealEverything = true }, CancellationToken.None);
                    }

                    break;
            }
        }
    }

    // Else the journal, small as it is, is full after a few lives: nobody does housekeeping while a writer waits for room here.
    private static async Task MakeRoomAsync(Life life)
    {
        while (await life.Database.MaintainAsync(CancellationToken.None))
        {
            continue;
        }
    }
}
