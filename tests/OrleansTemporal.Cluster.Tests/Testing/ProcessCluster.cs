using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using OrleansTemporal.Hosting;
using OrleansTemporal.Server.Tests.Crash;
using OrleansTemporal.Server.Tests.Hosting;
using OrleansTemporal.Storage.Azure.Tests.Emulation;

namespace OrleansTemporal.Cluster.Tests.Testing;

/// <summary>
/// Silos in processes of their own that find each other, over one container of the emulator; and what clients were told by
/// their REST front ends.
/// </summary>
internal sealed class ProcessCluster(Azurite azurite, Dictionary<string, string> membership) : IAsyncDisposable
{
    private const int Namespaces = 4;
    private const int SealBlocks = 32;

    private readonly string folder = Directory.CreateTempSubdirectory("ot-silos-").FullName;
    private readonly string[] shared =
    [
        .. AzureSettings.Of(azurite, SealBlocks).Concat(membership).Append(new("Cluster:ClusterId", $"test-{Guid.NewGuid():n}"))
            .Select(static setting => $"--OrleansTemporal:{setting.Key}={setting.Value}"),
    ];

    private readonly List<RunningServer> silos = [];
    private readonly ConcurrentDictionary<string, Acknowledged> acknowledged = new();
    private long count;

    /// <summary>What is said of the membership on the emulator's tables.</summary>
    public static Dictionary<string, string> On(AzuriteTables tables) => new() { ["Cluster:Kind"] = "azure", ["Cluster:Azure:ConnectionString"] = tables.ConnectionString };

    /// <summary>What is said of the membership in PostgreSQL.</summary>
    public static Dictionary<string, string> On(Postgres postgres) => new() { ["Cluster:Kind"] = "postgres", ["Cluster:Postgres:ConnectionString"] = postgres.ConnectionString };

    /// <summary>The silos that run, the oldest first.</summary>
    public IReadOnlyList<RunningServer> Silos => silos;

    /// <summary>Writes that clients were told are done.</summary>
    public int AcknowledgedCount => acknowledged.Count;

    /// <summary>Starts another silo, on ports of its own.</summary>
    public async Task<RunningServer> StartSiloAsync()
    {
        var ports = ServersAreSilos.Settings().Where(static setting => setting.Key.EndsWith("Port", StringComparison.Ordinal)).Select(static setting => $"--{setting.Key}={setting.Value}");
        var silo = await RunningServer.StartAsync(folder, [.. ports, .. shared]);
        silos.Add(silo);
        return silo;
    }

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync(RunningServer silo)
    {
        await silo.KillAsync();
        silos.Remove(silo);
    }

    /// <summary>SIGTERM; returns when it has ended in good order.</summary>
    public async Task StopAsync(RunningServer silo)
    {
        silo.Terminate();
        Assert.Equal(0, await silo.WaitForExitAsync());
        silos.Remove(silo);
    }

    /// <summary>Writes through a silo until told to stop or until the silo is gone.</summary>
    public async Task WriteAsync(RunningServer silo, int writer, CancellationToken stopped)
    {
        while (!stopped.IsCancellationRequested)
        {
            try
            {
                await TryPutAsync(silo, (int)(Interlocked.Increment(ref count) % Namespaces), $"{writer}-{Guid.NewGuid():n}");
            }
            catch (Exception gone) when (gone is HttpRequestException or SocketException)
            {
                // The silo has gone while it had the request: nothing was acknowledged.
                return;
            }
        }
    }

    /// <summary>Whether every namespace takes a write through a silo.</summary>
    public async Task<bool> TakesWritesAsync(RunningServer silo)
    {
        for (var ns = 0; ns < Namespaces; ns++)
        {
            if (!await TryPutAsync(silo, ns, $"probe-{Guid.NewGuid():n}"))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Looks for every acknowledged write through a silo, for two writes at one place, and verifies every chain.</summary>
    public async Task AuditAsync(RunningServer silo)
    {
        var writes = acknowledged.ToArray();
        foreach (var part in writes.GroupBy(static write => write.Value.Namespace))
        {
            foreach (var keys in part.Select(static write => write.Key).Chunk(500))
            {
                using var answer = await silo.Client.PostAsync($"/v1/default/kv/n{part.Key}/get", new StringContent(JsonSerializer.Serialize(new { keys })));
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
                using var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
                var found = body.RootElement.GetProperty("value").EnumerateArray().ToDictionary(static item => item.GetProperty("key").GetString()!, static item => item.TryGetProperty("writeId", out var id) ? id.GetString() : null);
                Assert.All(keys, key => Assert.True(found.TryGetValue(key, out var id) && id == acknowledged[key].WriteId, $"n{part.Key}/{key} was acknowledged as {acknowledged[key].WriteId} and is {found.GetValueOrDefault(key) ?? "lost"}"));
            }
        }

        // A write id is its agent and its place in the agent's log: two at one place would be a fork.
        Assert.Equal(writes.Length, writes.Select(static write => write.Value.WriteId).Distinct().Count());
        using var begun = await silo.Client.PostAsync("/v1/default/verify", null);
        Assert.Equal(HttpStatusCode.Accepted, begun.StatusCode);
        await Eventually.HoldsAsync("the chains are verified", async () =>
        {
            using var operation = JsonDocument.Parse(await silo.Client.GetStringAsync(begun.Headers.GetValues("Operation-Location").Single()));
            var status = operation.RootElement.GetProperty("status").GetString();
            Assert.True(status is "running" or "succeeded", operation.RootElement.GetRawText());
            return status == "succeeded";
        }, TimeSpan.FromSeconds(60));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var silo in silos)
        {
            await silo.DisposeAsync();
        }

        Directory.Delete(folder, recursive: true);
    }

    private async Task<bool> TryPutAsync(RunningServer silo, int ns, string key)
    {
        using var answer = await silo.Client.PutAsync($"/v1/default/kv/n{ns}/{key}", new StringContent(string.Create(CultureInfo.InvariantCulture, $"\"{key}\"")));
        if (answer.StatusCode != HttpStatusCode.Created)
        {
            // Nothing but a cluster that is finding itself again may be the reason.
            Assert.True(answer.StatusCode is HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests, $"{answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
            return false;
        }

        using var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        acknowledged[key] = new Acknowledged(ns, body.RootElement.GetProperty("writeId").GetString()!);
        return true;
    }

    private sealed record Acknowledged(int Namespace, string WriteId);
}
