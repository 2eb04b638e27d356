using System.Globalization;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Hosting;
using Orleans.Streams;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Channels;
using OrleansTemporal.Errors;
using OrleansTemporal.Grains.Tests.Hosting;
using OrleansTemporal.Grains.Tests.Kv;

namespace OrleansTemporal.Grains.Tests.Channels;

/// <summary>A subscriber grain is woken by notices on streams and counts every delta once, on the real runtime.</summary>
public sealed class RunningTotalTests : IAsyncLifetime
{
    private readonly LostAnswers lost = new();
    private readonly TestSilo silo;
    private decimal written;

    public RunningTotalTests() => silo = new TestSilo
    {
        Configure = builder =>
        {
            builder.AddOrleansTemporalGrainStorage(RunningTotalGrain.Provider);
            builder.AddOrleansTemporalStreams();
            builder.AddOutgoingGrainCallFilter(lost);
        },
    };

    public async Task InitializeAsync()
    {
        await silo.InitializeAsync();
        await silo.Database.Channels.PutAsync(
            CallContext.Local,
            "default",
            "orders",
            new ChannelSettings { Sources = [.. Enumerable.Range(0, 3).Select(static i => new ChannelSource { Kind = AgentKind.Kv, Name = $"orders{i}" })] },
            CancellationToken.None);
    }

    public Task DisposeAsync() => silo.DisposeAsync();

    [Fact]
    public async Task a_total_follows_what_is_written_to_many_agents()
    {
        await WriteAsync(20);
        var total = await SubscribedAsync("a", default);
        await TotalIsAsync(total, written);
        await WriteAsync(40);
        await TotalIsAsync(total, written);
    }

    [Fact]
    public async Task a_total_goes_on_after_its_grain_and_its_silo_were_gone()
    {
        var total = await SubscribedAsync("a", default);
        await WriteAsync(10);
        await TotalIsAsync(total, written);
        await silo.Cluster.DeactivateAsync(total.GetGrainId());

        // Nobody calls the grain: a notice finds it by its subscription, which is kept in the silo's database.
        await WriteAsync(10);
        var management = silo.Cluster.Client.GetGrain<IManagementGrain>(0);
        await Eventually.HoldsAsync("the grain was woken", async () =>
            (await management.GetActiveGrains(total.GetGrainId().Type)).Count > 0);
        await TotalIsAsync(total, written);

        await silo.RestartAsync();
        await WriteAsync(10);
        await Eventually.HoldsAsync("the grain was woken on the next silo", async () =>
            (await silo.Cluster.Client.GetGrain<IManagementGrain>(0).GetActiveGrains(total.GetGrainId().Type)).Count > 0);
        await TotalIsAsync(Total("a"), written);
    }

    [Fact]
    public async Task writers_and_a_grain_that_leaves_all_the_time_lose_and_double_nothing()
    {
        var total = await SubscribedAsync("a", default);
        var writing = Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(() => WriteAsync(60))));
        while (!writing.IsCompleted)
        {
            await total.LeaveAsync();
            await total.CatchUpAsync(CancellationToken.None);
        }

        await writing;
        await TotalIsAsync(total, written);
    }

    [Fact]
    public async Task a_state_that_could_not_be_stored_counts_once_all_the_same()
    {
        var total = await SubscribedAsync("a", default);
        await WriteAsync(20);
        for (var i = 0; i < 5; i++)
        {
            (lost.Answers, lost.Writes) = (i % 2, (i + 1) % 2);
            await WriteAsync(10);
            try
            {
                await total.CatchUpAsync(CancellationToken.None);
            }
            catch (Exception failure) when (failure is OrleansException or TemporalException)
            {
                // What was lost is what the filter has thrown; the next look finds what stands.
                Assert.NotNull(failure.Message);
            }
        }

        (lost.Answers, lost.Writes) = (0, 0);
        await TotalIsAsync(total, written);
    }

    [Fact]
    public async Task notices_that_come_twice_late_and_for_nothing_change_nothing()
    {
        var total = await SubscribedAsync("a", default);
        var provider = silo.Cluster.GetSiloServiceProvider().GetRequiredKeyedService<IStreamProvider>(NoticeStreams.Provider);
        var channel = ChannelService.AgentOf("default", "orders");
        await WriteAsync(10);
        foreach (var sequence in (long[])[5, 5, 1, 3, 1_000, 2])
        {
            await NoticeStreams.Of(provider, channel).OnNextAsync(new AgentNotice(channel, sequence));
        }

        await WriteAsync(10);
        await TotalIsAsync(total, written);
    }

    [Fact]
    public async Task a_subscriber_begins_where_it_says_and_rewinds_from_the_log()
    {
        await WriteAsync(10);
        await Eventually.HoldsAsync("what was written is announced", async () => (await ReadAsync()).Length == 10);
        var end = await silo.Database.Channels.GetEndAsync(CallContext.Local, "default", "orders", CancellationToken.None);
        var before = written;
        var late = await SubscribedAsync("late", end);
        await WriteAsync(5);
        await Eventually.HoldsAsync("the late one has what came later", async () => await late.GetAsync() == written - before);

        await late.RewindAsync(default, CancellationToken.None);
        await TotalIsAsync(late, written);

        await late.UnsubscribeAsync(CancellationToken.None);
        var seen = await late.GetAsync();
        await WriteAsync(5);
        await Eventually.HoldsAsync("what was written is announced", async () => (await ReadAsync()).Length == 20);
        await late.CatchUpAsync(CancellationToken.None);
        Assert.Equal(seen, await late.GetAsync());
        await late.SubscribeAsync("default", "orders", end, CancellationToken.None);
        await Eventually.HoldsAsync("it follows again", async () => await late.GetAsync() > seen);
    }

    [Fact]
    public async Task what_is_no_channel_can_not_be_followed()
    {
        var refusal = await Assert.ThrowsAsync<TemporalException>(() => Total("a").SubscribeAsync("default", "nothing", default, CancellationToken.None));
        Assert.Equal(ErrorCodes.ChannelNotFound, refusal.Code);
        Assert.Equal(default, await Total("a").CatchUpAsync(CancellationToken.None));
    }

    private IRunningTotalGrain Total(string key) => silo.Cluster.Client.GetGrain<IRunningTotalGrain>(key);

    private async Task<IRunningTotalGrain> SubscribedAsync(string key, ChannelCursor from)
    {
        var total = Total(key);
        await total.SubscribeAsync("default", "orders", from, CancellationToken.None);
        return total;
    }

    private async Task WriteAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            var amount = Random.Shared.Next(1, 100);
            await silo.Client.KvService.PutAsync($"orders{i % 3}", string.Create(CultureInfo.InvariantCulture, $"k{i}"), $"{{\"amount\":{amount}}}");
            lock (silo)
            {
                written += amount;
            }
        }
    }

    private async Task<AgentDelta[]> ReadAsync() =>
        [.. (await silo.Database.Channels.ReadAsync(CallContext.Local, "default", "orders", default, Limits.DeltaPageMax, CancellationToken.None)).Deltas];

    private static async Task TotalIsAsync(IRunningTotalGrain total, decimal wanted)
    {
        await Eventually.HoldsAsync(string.Create(CultureInfo.InvariantCulture, $"the total is {wanted}"), async () => await total.GetAsync() == wanted);
        Assert.Equal(0, await total.GetDisorderAsync());
    }
}
