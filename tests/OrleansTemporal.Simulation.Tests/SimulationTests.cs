using OrleansTemporal.Simulation.Tests.Worlds;

namespace OrleansTemporal.Simulation.Tests;

/// <summary>
/// Goal: whatever a disk, a clock and a power supply do, in whatever order work goes on, an acknowledged write is there
/// afterwards, nothing is there that nobody sent, and no answer about the past ever changes.
/// </summary>
public sealed class SimulationTests
{
    private const int SeedsRunTwice = 12;
    private const int SeedsOfLies = 40;

    [Fact]
    public Task no_promise_is_broken_in_any_world() => Campaign.RunAsync(
        "no_promise_is_broken_in_any_world",
        TimeSpan.FromSeconds(20),
        static seed =>
        {
            World.Run(WorldOptions.Of(seed));
            return Task.CompletedTask;
        });

    [Fact]
    public void the_same_seed_is_the_same_run()
    {
        for (var seed = 1; seed <= SeedsRunTwice; seed++)
        {
            Assert.Equal(World.Run(WorldOptions.Of(seed)), World.Run(WorldOptions.Of(seed)));
        }
    }

    [Fact]
    public void different_seeds_are_different_runs() =>
        Assert.Equal(4, Enumerable.Range(1, 4).Select(static seed => World.Run(WorldOptions.Of(seed))).Distinct().Count());

    [Fact]
    public void a_disk_whose_flush_does_nothing_is_found_out()
    {
        for (var seed = 1; seed <= SeedsOfLies; seed++)
        {
            try
            {
                World.Run(WorldOptions.Of(seed) with { FlushesNothing = true });
            }
            catch (ViolationException)
            {
                return;
            }
        }

        Assert.Fail($"{SeedsOfLies} worlds whose disk keeps nothing that was flushed passed every audit.");
    }
}
