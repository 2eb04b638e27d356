using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using OrleansTemporal.Storage.Azure.Tests.Emulation;

namespace OrleansTemporal.Cluster.Tests.Testing;

/// <summary>The emulator of Azure tables, installed with the one of blobs, as a process of its own.</summary>
internal sealed class AzuriteTables : IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("ot-tables-").FullName;
    private readonly int port = FreePort();
    private Process? process;

    /// <summary>Names the tables, and nothing else of the account.</summary>
    public string ConnectionString =>
        "DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;"
        + "AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==;"
        + $"TableEndpoint=http://127.0.0.1:{port}/devstoreaccount1;";

    /// <summary>Its address, as a service has one, where it takes tokens.</summary>
    public string ServiceUri => $"https://127.0.0.1:{port}/devstoreaccount1";

    /// <summary>Starts it on a free port and an empty folder.</summary>
    /// <param name="secure">One of blobs whose certificate it takes, to be asked over TLS by tokens of identities; null for neither.</param>
    public static async Task<AzuriteTables> StartAsync(Azurite? secure = null)
    {
        string[] identities = secure is null ? [] : ["--oauth", "basic", "--cert", secure.CertificateFile, "--key", secure.KeyFile];
        var tables = new AzuriteTables();
        var script = Path.Combine(Path.GetDirectoryName(Path.GetDirectoryName(Azurite.Installed!))!, "table", "main.js");
        var start = new ProcessStartInfo("node") { WorkingDirectory = tables.folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])
            [script, .. identities, "--tableHost", "127.0.0.1", "--tablePort", $"{tables.port}", "--location", tables.folder, "--skipApiVersionCheck", "--disableTelemetry", "--silent"])
        {
            start.ArgumentList.Add(argument);
        }

        tables.process = Process.Start(start)!;
        tables.process.OutputDataReceived += static (_, _) => { };
        tables.process.ErrorDataReceived += static (_, _) => { };
        tables.process.BeginOutputReadLine();
        tables.process.BeginErrorReadLine();
        await Eventually.HoldsAsync("the emulator of tables listens", async () =>
        {
            Assert.False(tables.process.HasExited, "The emulator has ended.");
            using var socket = new TcpClient();
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, tables.port);
                return true;
            }
            catch (SocketException)
            {
                return false;
            }
        }, TimeSpan.FromSeconds(120));
        return tables;
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
