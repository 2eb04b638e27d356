using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Streams;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Channels;
using OrleansTemporal.Grains.Tests.Hosting;
using OrleansTemporal.Storage.Hosting;

namespace OrleansTemporal.Grains.Tests.Channels;

/// <summary>A transport that is full or away costs notices their punctuality and nothing else.</summary>
public sealed class NoticePublisherTests
{
    private const int QueueMax = 16_384;

    private static readonly AgentId First = ChannelService.AgentOf("default", "first");
    private static readonly AgentId Second = ChannelService.AgentOf("default", "second");

    [Fact]
    public async Task of_what_a_full_transport_does_not_take_the_newest_is_sent_later()
    {
        var hub = new NoticeHub(new ThreadPoolWorkScheduler());
        var (isFull, refused, sent) = (true, 0, new List<AgentNotice>());
        await using var publisher = new NoticePublisher(
            hub.Listen(NoticeFilter.All),
            notice =>
            {
                lock (sent)
                {
                    if (isFull)
                    {
                        refused++;
                        throw new InvalidOperationException("full");
                    }

                    sent.Add(notice);
                    return Task.CompletedTask;
                }
            },
            TimeProvider.System,
            NullLogger.Instance);
        publisher.Start();
        for (var i = 1; i <= 1_000; i++)
        {
            hub.OnDurable(First, i);
            hub.OnDurable(Second, 2 * i);
        }

        await Eventually.HoldsAsync("both were tried more than once", () => refused > 4);
        lock (sent)
        {
            isFull = false;
        }

        await Eventually.HoldsAsync("both were sent", () => sent.Count >= 2);
        Assert.Contains(new AgentNotice(First, 1_000), sent);
        Assert.Contains(new AgentNotice(Second, 2_000), sent);
        Assert.True(sent.Count < 10, "a thousand were coalesced");
    }

    [Fact]
    public async Task a_memory_queue_that_is_full_holds_no_writer_up()
    {
        // Nobody pulls, so the queue fills.
        using var stop = new CancellationTokenSource();
        var silo = new TestSilo
        {
            Configure = static builder => builder.AddOrleansTemporalStreams(static options => options.AddTransport = static (silo, name) =>
                silo.AddMemoryStreams(name, static streams =>
                {
                    streams.ConfigurePartitioning(1);
                    streams.ConfigurePullingAgent(static agent => agent.Configure(static pulling => pulling.GetQueueMsgsTimerPeriod = TimeSpan.FromHours(1)));
                })),
        };
        await silo.InitializeAsync();
        try
        {
            await silo.Database.Channels.PutAsync(CallContext.Local, "default", "all", new ChannelSettings { Sources = [new ChannelSource { Kind = AgentKind.Kv }] }, CancellationToken.None);
            var provider = silo.Cluster.GetSiloServiceProvider().GetRequiredKeyedService<IStreamProvider>(NoticeStreams.Provider);
            var stream = NoticeStreams.Of(provider, First);
            var full = await Assert.ThrowsAnyAsync<Exception>(async () =>
            {
                for (var i = 0; i <= QueueMax; i += 256)
                {
                    await stream.OnNextBatchAsync(Enumerable.Range(i, 1).Select(static sequence => new AgentNotice(First, sequence)));
                    await Task.WhenAll(Enumerable.Range(i, 256).Select(sequence => stream.OnNextAsync(new AgentNotice(First, sequence))));
                }
            });
            Assert.Contains("full", full.ToString(), StringComparison.OrdinalIgnoreCase);
            for (var i = 1; i <= 50; i++)
            {
                Assert.Equal(i, (await silo.Database.Kv("n").PutAsync("k", i)).Receipt.Sequence);
            }

            await Eventually.HoldsAsync("the channel has what was written", async () =>
                (await silo.Database.Channels.ReadAsync(CallContext.Local, "default", "all", default, Limits.DeltaPageMax, CancellationToken.None)).Deltas.Count(static delta => delta.Agent.Name == "n") == 50);
        }
        finally
        {
            await silo.DisposeAsync();
        }
    }
}
