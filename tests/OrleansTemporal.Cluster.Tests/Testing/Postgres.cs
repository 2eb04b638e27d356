using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace OrleansTemporal.Cluster.Tests.Testing;

/// <summary>A PostgreSQL server of its own, from Debian's packages, with a folder of its own.</summary>
internal sealed class Postgres : IAsyncDisposable
{
    private const string Versions = "/usr/lib/postgresql";
    private const string User = "postgres";

    private readonly string folder = Directory.CreateTempSubdirectory("ot-postgres-").FullName;
    private readonly int port = FreePort();

    /// <summary>The folder of its programs; null when it is not installed.</summary>
    public static string? Installed { get; } = !Directory.Exists(Versions)
        ? null
        : Directory.EnumerateDirectories(Versions).Select(static version => Path.Combine(version, "bin")).Where(static bin => File.Exists(Path.Combine(bin, "initdb"))).Max();

    public string ConnectionString => $"Host=127.0.0.1;Port={port};Username={User};Database=postgres;Timeout=5";

    /// <summary>Starts it on a free port and an empty folder.</summary>
    public static async Task<Postgres> StartAsync()
    {
        var postgres = new Postgres();
        await RunAsync("chown", User, postgres.folder);
        await postgres.AsUserAsync("initdb", "-D", Path.Combine(postgres.folder, "data"), "-A", "trust", "-U", User, "--no-sync");
        await postgres.AsUserAsync(
            "pg_ctl", "-D", Path.Combine(postgres.folder, "data"), "-w", "-l", Path.Combine(postgres.folder, "log"),
            "-o", $"-p {postgres.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={postgres.folder} -c fsync=off", "start");
        return postgres;
    }

    /// <summary>Rows of a table.</summary>
    public async Task<long> CountAsync(string table)
    {
        await using var source = NpgsqlDataSource.Create(ConnectionString);
        await using var command = source.CreateCommand($"SELECT count(*) FROM {table}");
        return (long)(await command.ExecuteScalarAsync())!;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await AsUserAsync("pg_ctl", "-D", Path.Combine(folder, "data"), "-w", "-m", "immediate", "stop");
        Directory.Delete(folder, recursive: true);
    }

    // The server refuses to run as root.
    private Task AsUserAsync(string program, params string[] arguments) => Environment.UserName == "root"
        ? RunAsync("runuser", ["-u", User, "--", Path.Combine(Installed!, program), .. arguments])
        : RunAsync(Path.Combine(Installed!, program), arguments);

    private static async Task RunAsync(string program, params string[] arguments)
    {
        // Its output stays where it is: a server that goes on would hold a pipe open.
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = "/tmp" })!;
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
