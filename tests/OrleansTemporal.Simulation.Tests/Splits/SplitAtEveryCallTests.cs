using OrleansTemporal.Agents;
using OrleansTemporal.Simulation.Tests.Worlds;

namespace OrleansTemporal.Simulation.Tests.Splits;

/// <summary>
/// Goal: wherever in a split or a merge the power goes, everything that was acknowledged is there, about now and about every
/// moment of the past, and the namespace can be written to and moved again.
/// </summary>
public sealed class SplitAtEveryCallTests
{
    private static readonly string[] Keys = ["a", "b", "c", "d", "e", "f", "g"];

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void power_loss_at_any_call_of_a_split_and_a_merge_costs_nothing(int seed)
    {
        var calls = PowerLossAtEveryCall.Run<SplitWorld>(seed, ScriptAsync, AuditAsync);
        Assert.True(calls > 50, $"The script makes {calls} calls only.");
    }

    private static async Task ScriptAsync(Life life, SplitWorld world)
    {
        await life.OpenAsync();
        foreach (var key in Keys)
        {
            await world.PutAsync(life, key);
        }

        await SealAsync(life);
        await world.PutAsync(life, "a");
        await world.MoveAsync(life, 3);
        await world.PutAsync(life, "b");
        await world.PutAsync(life, "c");
        await world.DeleteAsync(life, "d");
        await life.Database.MaintainAsync(CancellationToken.None);
        await world.PutAsync(life, "e");
        await world.MoveAsync(life, 2);
        await world.PutAsync(life, "e");
        await SealAsync(life);
        await world.MoveAsync(life, 1);
        await world.PutAsync(life, "f");
        await world.PutAsync(life, "d");
        await life.StopAsync();
    }

    private static async Task AuditAsync(Life life, SplitWorld world)
    {
        await life.OpenAsync();
        await world.AuditAsync(life);
        await world.MoveAsync(life, 4);
        foreach (var key in Keys)
        {
            await world.PutAsync(life, key);
        }

        await world.AuditAsync(life);
    }

    private static async Task SealAsync(Life life)
    {
        foreach (var agent in life.Database.Directory.Agents)
        {
            await agent.MaintainAsync(new MaintenanceBudget { SealEverything = true }, CancellationToken.None);
        }
    }
}
