using OrleansTemporal.Storage.Azure.Tests.Worlds;

namespace OrleansTemporal.Storage.Azure.Tests.Logs;

/// <summary>
/// Goal: however processes that want the same agent stand still, die and follow each other, and whatever the network loses,
/// no two of them acknowledge different things at one sequence, nothing acknowledged is lost, nobody reads what is out of
/// date, and what was answered as of a moment stays.
/// </summary>
public sealed class TwoOwnersTests
{
    private const int Steps = 12_000;

    [Fact]
    public Task no_promise_is_broken_by_owners_that_stand_still() => Campaign.RunAsync(
        nameof(no_promise_is_broken_by_owners_that_stand_still), TimeSpan.FromSeconds(8), static seed =>
        {
            var world = new BlobWorld(seed, new WorldOptions());
            world.Run(Steps);
            return Task.CompletedTask;
        });

    [Fact]
    public Task no_promise_is_broken_on_a_network_that_delivers_late() => Campaign.RunAsync(
        nameof(no_promise_is_broken_on_a_network_that_delivers_late), TimeSpan.FromSeconds(8), static seed =>
        {
            new BlobWorld(seed, new WorldOptions { IsSlow = true }).Run(Steps);
            return Task.CompletedTask;
        });

    /// <summary>
    /// Seeds that have broken a promise before: owners wrote to blobs made again, called records unwritten that were written,
    /// took blobs made again for damage.
    /// </summary>
    [Theory]
    [InlineData(12_458, false)]
    [InlineData(393, true)]
    [InlineData(2_724, true)]
    [InlineData(3_917, true)]
    [InlineData(7_198, true)]
    [InlineData(11_795, true)]
    public void no_promise_is_broken_again(int seed, bool isSlow) => new BlobWorld(seed, new WorldOptions { IsSlow = isSlow }).Run(Steps);

    [Fact]
    public Task no_promise_is_broken_on_a_network_that_works() => Campaign.RunAsync(
        nameof(no_promise_is_broken_on_a_network_that_works), TimeSpan.FromSeconds(3), static seed =>
        {
            new BlobWorld(seed, new WorldOptions { IsFaulty = false }).Run(Steps);
            return Task.CompletedTask;
        });

    [Fact]
    public void the_same_seed_is_the_same_run()
    {
        for (var seed = 1; seed <= 5; seed++)
            Assert.Equal(new BlobWorld(seed, new WorldOptions()).Run(Steps), new BlobWorld(seed, new WorldOptions()).Run(Steps));
    }

    [Fact]
    public void the_worlds_are_full_of_takeovers()
    {
        var (acknowledged, takeovers, chances) = (0, 0, 0);
        for (var seed = 1; seed <= 10; seed++)
        {
            var world = new BlobWorld(seed, new WorldOptions());
            world.Run(Steps);
            acknowledged += world.Acknowledged;
            takeovers += world.Takeovers;
            chances += world.StaleChances;
        }

        Assert.True(acknowledged > 500 && takeovers > 50 && chances > 50, $"{acknowledged} acknowledged, {takeovers} takeovers, {chances} reads beside another owner");
    }

    /// <summary>The simulation would notice: an owner that believes in a longer lease than its successors wait for answers what is out of date.</summary>
    [Fact]
    public void an_owner_that_trusts_its_lease_for_too_long_is_found_out()
    {
        for (var seed = 1; seed <= 200; seed++)
        {
            try
            {
                new BlobWorld(seed, new WorldOptions { LeaseOf = static number => number % 2 == 0 ? TimeSpan.FromMinutes(1) : TimeSpan.FromMilliseconds(100) }).Run(Steps);
            }
            catch (ViolationException found) when (found.Message.Contains("was acknowledged", StringComparison.Ordinal))
            {
                return;
            }
        }

        Assert.Fail("Nobody was found out.");
    }
}
