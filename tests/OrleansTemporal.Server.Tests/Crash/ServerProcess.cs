using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace OrleansTemporal.Server.Tests.Crash;

/// <summary>
/// The server as it is shipped: the built assembly in a process of its own, which a test may kill at any moment.
/// <c>OT_SERVER_COMMAND</c> names another executable to test, which then gets the same arguments.
/// </summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private const int OutputLinesMax = 300;
    private const int SignalTerminate = 15;
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();

    private ServerProcess(Process process, Uri address)
    {
        (_process, Address) = (process, address);
        Client = new HttpClient(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(5) })
        {
            BaseAddress = address,
            Timeout = TimeSpan.FromSeconds(60),
        };
    }

    public Uri Address { get; }

    /// <summary>Talks to this process only: its connections end with it.</summary>
    public HttpClient Client { get; }

    /// <summary>The last lines that the process wrote.</summary>
    public string Output => string.Join('\n', _output);

    public bool HasExited => _process.HasExited;

    /// <summary>Memory of the process that is in RAM now.</summary>
    public long WorkingSetBytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>Starts a server and returns when it says that it is ready.</summary>
    /// <exception cref="InvalidOperationException">It ended instead, or was not ready in time; with its output.</exception>
    public static async Task<ServerProcess> StartAsync(ServerLaunch launch)
    {
        var server = Begin(launch);
        try
        {
            await Eventually.HoldsAsync("the server is ready", server.IsReadyAsync, StartLimit);
            return server;
        }
        catch (TimeoutException timeout)
        {
            await server.DisposeAsync();
            throw new InvalidOperationException($"{timeout.Message}\n{server.Output}", timeout);
        }
        catch (InvalidOperationException)
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a server without waiting for anything.</summary>
    public static ServerProcess Begin(ServerLaunch launch)
    {
        var address = new Uri($"http://127.0.0.1:{FreePort()}");
        var process = new Process { StartInfo = StartInfo(launch, address) };
        var server = new ServerProcess(process, address);
        process.OutputDataReceived += (_, line) => server.Keep(line.Data);
        process.ErrorDataReceived += (_, line) => server.Keep(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return server;
    }

    /// <summary>Ends the process at whatever instruction it is at.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Asks the process to stop and waits until it has.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> StopAsync()
    {
        _ = Signal(_process.Id, SignalTerminate);
        using var limit = new CancellationTokenSource(StopLimit);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException timeout)
        {
            await KillAsync();
            throw new InvalidOperationException($"The server did not stop within {StopLimit.TotalSeconds} s\n{Output}", timeout);
        }

        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            await KillAsync();
        Client.Dispose();
        _process.Dispose();
    }

    /// <summary>Whether it serves.</summary>
    /// <exception cref="InvalidOperationException">It has ended; with its output.</exception>
    public async Task<bool> IsReadyAsync()
    {
        if (_process.HasExited)
        {
            await _process.WaitForExitAsync();
            throw new InvalidOperationException($"The server ended with {_process.ExitCode} while it started:\n{Output}");
        }

        try
        {
            using var answer = await Client.GetAsync("/health/ready");
            if (answer.StatusCode == HttpStatusCode.NotFound)
                throw new InvalidOperationException("What listens there is not the server.");
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (Exception notYet) when (notYet is HttpRequestException or SocketException)
        {
            return false;
        }
    }

    private void Keep(string? line)
    {
        if (line is null)
            return;
        _output.Enqueue(line);
        if (_output.Count > OutputLinesMax)
            _output.TryDequeue(out _);
    }

    private static ProcessStartInfo StartInfo(ServerLaunch launch, Uri address)
    {
        var command = (Environment.GetEnvironmentVariable("OT_SERVER_COMMAND") ?? $"dotnet {FindServer()}").Split(' ');
        var start = new ProcessStartInfo(command[0])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = launch.DataDirectory,
        };
        string[] arguments =
        [
            .. command[1..],
            "--urls", address.ToString().TrimEnd('/'),
            "--OrleansTemporal:DataDirectory", launch.DataDirectory,
            .. launch.Settings.SelectMany(setting => new[] { $"--OrleansTemporal:{setting.Key}", setting.Value }),
        ];
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in launch.Environment)
            start.Environment[name] = value;
        return start;
    }

    private static string FindServer()
    {
        string[] configurations = AppContext.BaseDirectory.Contains("/Debug/", StringComparison.Ordinal) ? ["Debug", "Release"] : ["Release", "Debug"];
        var paths = configurations.Select(configuration =>
            TestRepository.PathOf($"src/OrleansTemporal.Server/bin/{configuration}/net10.0/OrleansTemporal.Server.dll")).ToList();
        return paths.FirstOrDefault(File.Exists) ?? throw new FileNotFoundException($"The server is not built: {paths[0]}");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Signal(int process, int signal);
}
