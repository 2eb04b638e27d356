using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using OrleansTemporal.Storage.Azure.Tests.Emulation;

namespace OrleansTemporal.Cluster.Tests.Testing;

/// <summary>The emulator of Azure queues, installed with the one of blobs, as a process of its own.</summary>
internal sealed class AzuriteQueues : IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("ot-queues-").FullName;
    private readonly int port = FreePort();
    private Process? process;

    /// <summary>Names the queues, and nothing else of the account.</summary>
    public string ConnectionString =>
        "DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;"
        + "AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==;"
        + $"QueueEndpoint=http://127.0.0.1:{port}/devstoreaccount1;";

    /// <summary>Starts it on a free port and an empty folder.</summary>
    public static async Task<AzuriteQueues> StartAsync()
    {
        var queues = new AzuriteQueues();
        var script = Path.Combine(Path.GetDirectoryName(Path.GetDirectoryName(Azurite.Installed!))!, "queue", "main.js");
        var start = new ProcessStartInfo("node") { WorkingDirectory = queues.folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])
            [script, "--queueHost", "127.0.0.1", "--queuePort", $"{queues.port}", "--location", queues.folder, "--skipApiVersionCheck", "--disableTelemetry", "--silent"])
        {
            start.ArgumentList.Add(argument);
        }

        queues.process = Process.Start(start)!;
        queues.process.OutputDataReceived += static (_, _) => { };
        queues.process.ErrorDataReceived += static (_, _) => { };
        queues.process.BeginOutputReadLine();
        queues.process.BeginErrorReadLine();
        await Eventually.HoldsAsync("the emulator of queues listens", async () =>
        {
            Assert.False(queues.process.HasExited, "The emulator has ended.");
            using var socket = new TcpClient();
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, queues.port);
                return true;
            }
            catch (SocketException)
            {
                return false;
            }
        }, TimeSpan.FromSeconds(120));
        return queues;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        process!.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
