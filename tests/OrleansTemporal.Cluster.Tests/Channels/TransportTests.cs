using System.Globalization;
using System.Text;
using Azure.Storage.Blobs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;
using Orleans.TestingHost;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Channels;
using OrleansTemporal.Cluster.Tests.Testing;
using OrleansTemporal.Errors;
using OrleansTemporal.Grains.Tests.Channels;
using OrleansTemporal.Hosting;
using OrleansTemporal.Storage.Azure.Tests.Emulation;

namespace OrleansTemporal.Cluster.Tests.Channels;

/// <summary>Subscribers are woken over the transports, and keep their state in the places, that the silo's settings name.</summary>
public sealed class TransportTests
{
    [AzuriteTheory]
    [InlineData(StreamKind.AzureQueues, GrainStateKind.Temporal)]
    [InlineData(StreamKind.AzureQueues, GrainStateKind.AzureBlobs)]
    [InlineData(StreamKind.Memory, GrainStateKind.AzureBlobs)]
    public async Task a_subscriber_is_woken_and_counts_once_through_a_restart(StreamKind transport, GrainStateKind states)
    {
        await using var queues = await AzuriteQueues.StartAsync();
        await using var blobs = await Azurite.StartAsync();
        var folder = Directory.CreateTempSubdirectory("ot-transport-").FullName;
        var total = 0m;
        for (var life = 1; life <= 2; life++)
        {
            var cluster = await StartAsync();
            try
            {
                var database = await cluster.GetSiloServiceProvider().GetRequiredService<SiloDatabase>().WhenActiveAsync(CancellationToken.None);
                if (life == 1)
                {
                    await database.Channels.PutAsync(
                        CallContext.Local, "default", "orders", new ChannelSettings { Sources = [new ChannelSource { Kind = AgentKind.Kv, Name = "orders" }] }, CancellationToken.None);
                    await Grain(cluster).SubscribeAsync("default", "orders", default, CancellationToken.None);
                    await cluster.DeactivateAsync(Grain(cluster).GetGrainId());
                }

                for (var i = 1; i <= 10; i++)
                {
                    await database.Kv("orders").PutAsync(string.Create(CultureInfo.InvariantCulture, $"k{i}"), new { amount = i });
                    total += i;
                }

                // Nobody calls it: the notice finds it by the subscription that is stored.
                await Eventually.HoldsAsync("the subscriber was woken", async () =>
                    (await cluster.Client.GetGrain<IManagementGrain>(0).GetActiveGrains(Grain(cluster).GetGrainId().Type)).Count > 0, TimeSpan.FromMinutes(1));
                await Eventually.HoldsAsync("the subscriber has the total", async () => await Grain(cluster).GetAsync() == total, TimeSpan.FromMinutes(1));
                Assert.Equal(0, await Grain(cluster).GetDisorderAsync());
                Assert.Equal(states == GrainStateKind.Temporal, await IsInDatabaseAsync(database));
            }
            finally
            {
                await cluster.DisposeAsync();
            }
        }

        Assert.Equal(states == GrainStateKind.AzureBlobs, (await NamesAsync()).Any(static name => name.Contains("running-total", StringComparison.OrdinalIgnoreCase)));
        Directory.Delete(folder, recursive: true);

        async Task<InProcessTestCluster> StartAsync()
        {
            var builder = new InProcessTestClusterBuilder(1);
            builder.Options.ConfigureFileLogging = false;
            builder.ConfigureHost(static host => host.Logging.ClearProviders());
            builder.ConfigureSilo((_, silo) =>
            {
                // Queues are named after the cluster, so the next one is the same.
                silo.Configure<ClusterOptions>(static options => (options.ClusterId, options.ServiceId) = ("transports", "transports"));
                silo.AddOrleansTemporal(new TemporalOptions { DataDirectory = folder });
                GrainStates.Add(silo, new GrainStateSettings { Kind = states, ConnectionString = blobs.ConnectionString });
                NoticeTransports.Add(silo, new StreamSettings { Kind = transport, ConnectionString = queues.ConnectionString, QueueCount = 2 });
                silo.Services.AddKeyedSingleton(RunningTotalGrain.Provider, static (provider, _) => provider.GetRequiredKeyedService<Orleans.Storage.IGrainStorage>("Default"));
            });
            builder.ConfigureClient(static client =>
            {
                client.Configure<ClusterOptions>(static options => (options.ClusterId, options.ServiceId) = ("transports", "transports"));
                client.AddOrleansTemporalClient();
            });
            var cluster = builder.Build();
            await cluster.DeployAsync();
            return cluster;
        }

        async Task<List<string>> NamesAsync()
        {
            var names = new List<string>();
            await foreach (var container in new BlobServiceClient(blobs.ConnectionString).GetBlobContainersAsync())
            {
                await foreach (var blob in new BlobServiceClient(blobs.ConnectionString).GetBlobContainerClient(container.Name).GetBlobsAsync())
                {
                    names.Add(blob.Name);
                }
            }

            return names;
        }
    }

    [Fact]
    public void settings_that_can_not_work_are_refused_in_words()
    {
        foreach (var settings in (StreamSettings[])
            [
                new() { Kind = (StreamKind)9 },
                new() { Kind = StreamKind.AzureQueues },
                new() { Kind = StreamKind.AzureQueues, ConnectionString = "a", ServiceUri = "https://b" },
                new() { Kind = StreamKind.AzureQueues, ServiceUri = "http://b" },
                new() { Kind = StreamKind.AzureQueues, ConnectionString = "a", QueueCount = 0 },
                new() { Kind = StreamKind.EventHubs, ConnectionString = "a" },
            ])
        {
            Assert.StartsWith(StreamSettings.SectionName, Assert.Throws<TemporalException>(settings.Validate).Message["The setting ".Length..], StringComparison.Ordinal);
        }

        Assert.Throws<TemporalException>(new GrainStateSettings { Kind = (GrainStateKind)9 }.Validate);
        Assert.Throws<TemporalException>(new GrainStateSettings { Kind = GrainStateKind.AzureBlobs }.Validate);
        Assert.Throws<TemporalException>(new GrainStateSettings { Kind = GrainStateKind.AzureBlobs, ServiceUri = "http://b" }.Validate);
        new StreamSettings().Validate();
        new GrainStateSettings().Validate();
    }

    private static IRunningTotalGrain Grain(InProcessTestCluster cluster) => cluster.Client.GetGrain<IRunningTotalGrain>("a");

    private static async Task<bool> IsInDatabaseAsync(TemporalDatabase database)
    {
        var listed = await database.KvService.ListNamespacesAsync(CallContext.Local, "default", null, 100, CancellationToken.None);
        return listed.Any(static ns => ns.Name == "grains.running-total");
    }
}
