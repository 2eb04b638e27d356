using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using OrleansTemporal.Agents;
using OrleansTemporal.Cluster.Tests.Testing;
using OrleansTemporal.Errors;
using OrleansTemporal.Hosting;
using OrleansTemporal.Kv;
using OrleansTemporal.Server.Tests.Crash;
using OrleansTemporal.Server.Tests.Hosting;
using OrleansTemporal.Storage.Azure.Tests.Emulation;

namespace OrleansTemporal.Cluster.Tests.Hosting;

/// <summary>SIGKILL on a silo while clients of another process write through it; another silo takes its folder over.</summary>
public sealed class SiloKillTests
{
    private const int WritesPerLife = 150;
    private const int Writers = 8;
    private const int SealBlocks = 12;

    /// <summary>Kills: a few in an ordinary run, fifty with OT_LONG=1.</summary>
    private static int Lives => Campaign.IsLong ? 50 : 3;

    [Fact]
    public Task a_killed_silo_loses_no_acknowledged_write_and_forks_no_history() => RunAsync([]);

    [AzuriteFact]
    public async Task a_killed_silo_on_azure_storage_loses_no_acknowledged_write_and_forks_no_history()
    {
        await using var azurite = await Azurite.StartAsync(isDurable: true);
        await RunAsync([.. AzureSettings.Of(azurite, SealBlocks).Select(static setting => $"--OrleansTemporal:{setting.Key}={setting.Value}")]);
    }

    private static async Task RunAsync(string[] storage)
    {
        var folder = Directory.CreateTempSubdirectory("ot-kill-").FullName;
        var settings = ServersAreSilos.Settings();
        string[] arguments = [.. settings.SelectMany(static setting => (string[])[$"--{setting.Key}", setting.Value]), .. storage];
        var acknowledged = new ConcurrentDictionary<string, KvWriteResult>();
        try
        {
            for (var life = 0; life < Lives; life++)
            {
                await using var process = await RunningServer.StartAsync(folder, arguments);
                using var host = await OutsideClient.ConnectAsync(settings);
                var client = host.Services.GetRequiredService<TemporalClient>();
                await AuditAsync(client, acknowledged);

                using var killed = new CancellationTokenSource();
                var goal = acknowledged.Count + WritesPerLife;
                var writing = Enumerable.Range(0, Writers)
                    .Select(writer => WriteAsync(client.KvService, string.Create(CultureInfo.InvariantCulture, $"l{life}w{writer}"), acknowledged, killed.Token)).ToArray();
                await Eventually.HoldsAsync("enough is acknowledged", () => acknowledged.Count >= goal || writing.Any(static one => one.IsCompleted));
                await process.KillAsync();
                await killed.CancelAsync();
                await Task.WhenAll(writing);
            }

            await using (await RunningServer.StartAsync(folder, arguments))
            {
                using var host = await OutsideClient.ConnectAsync(settings);
                await AuditAsync(host.Services.GetRequiredService<TemporalClient>(), acknowledged);
                Assert.True(acknowledged.Count >= Lives * WritesPerLife);
                Assert.Equal(storage.Length == 0, Directory.Exists(Path.Combine(folder, "journal")));
                await host.StopAsync();
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task WriteAsync(KvService kv, string prefix, ConcurrentDictionary<string, KvWriteResult> acknowledged, CancellationToken killed)
    {
        try
        {
            for (var i = 0; ; i++)
            {
                var key = string.Create(CultureInfo.InvariantCulture, $"{prefix}-{i}");
                acknowledged[key] = await kv.PutAsync(CallContext.Local, "default", "n", key, Encoding.UTF8.GetBytes($"\"{key}\""), KvPutOptions.None, killed);
            }
        }
        catch (Exception end) when (end is OperationCanceledException or TemporalException { Kind: ErrorKind.Unavailable })
        {
            // The silo is gone; what this write came to is not known, and it is not counted.
        }
    }

    private static async Task AuditAsync(TemporalClient client, ConcurrentDictionary<string, KvWriteResult> acknowledged)
    {
        foreach (var keys in acknowledged.Keys.Order(StringComparer.Ordinal).Chunk(1_000))
        {
            var found = await client.KvService.GetManyAsync(CallContext.Local, "default", "n", [.. keys], default, CancellationToken.None);
            for (var i = 0; i < keys.Length; i++)
            {
                var version = found[i].Version;
                Assert.True(version is not null, $"{keys[i]} was acknowledged and is lost");
                Assert.Equal(acknowledged[keys[i]].Outcomes[0].WriteId, version.WriteId);
                Assert.Equal($"\"{keys[i]}\"", Encoding.UTF8.GetString(version.Value.Span));
            }
        }

        Assert.Equal(acknowledged.Count, acknowledged.Values.Select(static write => write.Receipt.Sequence).Distinct().Count());
        var reports = await client.Agents.VerifyAsync(CallContext.Local, "default", CancellationToken.None);
        Assert.All(reports, static report => Assert.Null(report.Fault));
    }
}
