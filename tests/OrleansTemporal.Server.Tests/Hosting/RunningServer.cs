using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace OrleansTemporal.Server.Tests.Hosting;

/// <summary>The server in a process of its own, with the arguments that a user would give.</summary>
internal sealed partial class RunningServer : IAsyncDisposable
{
    private const int SignalTerminate = 15;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process process;
    private readonly ConcurrentQueue<string> lines = new();

    private RunningServer(string[] arguments, IEnumerable<KeyValuePair<string, string>>? environment = null)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, Executable));
        Array.ForEach([.. MoreArguments(), .. arguments], start.ArgumentList.Add);
        foreach (var (name, value) in environment ?? [])
        {
            start.Environment[name] = value;
        }

        process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>What is started; these tests are run against a silo, too.</summary>
    public static string Executable { get; set; } = "OrleansTemporal.Server.dll";

    /// <summary>What every process of that kind is told besides.</summary>
    public static Func<string[]> MoreArguments { get; set; } = static () => [];

    /// <summary>Everything that it wrote so far.</summary>
    public string Output => string.Join('\n', lines);

    /// <summary>Talks to it, once it has said where it listens.</summary>
    public HttpClient Client { get; } = new();

    /// <summary>Starts it on a free port and waits until it is ready.</summary>
    public static Task<RunningServer> StartAsync(string folder, params string[] arguments) => StartAsync(folder, [], arguments);

    /// <summary>Starts it on a free port with settings of the environment and waits until it is ready.</summary>
    public static async Task<RunningServer> StartAsync(string folder, Dictionary<string, string> environment, params string[] arguments)
    {
        var server = new RunningServer(["--urls", "http://127.0.0.1:0", "--OrleansTemporal:DataDirectory", folder, .. arguments], environment);
        await server.WaitUntilReadyAsync();
        return server;
    }

    /// <summary>Starts it with exactly these arguments.</summary>
    public static RunningServer Begin(params string[] arguments) => new(arguments);

    /// <summary>Waits until it serves.</summary>
    public async Task WaitUntilReadyAsync()
    {
        await Eventually.HoldsAsync("the server says where it listens", () =>
            process.HasExited ? throw new InvalidOperationException($"The server ended:\n{Output}") : Address().IsMatch(Output), Patience);
        Client.BaseAddress = new Uri($"http://127.0.0.1:{Address().Match(Output).Groups[1].Value}");
        await Eventually.HoldsAsync("the server is ready", async () => (await Client.GetAsync("/health/ready")).IsSuccessStatusCode, Patience);
    }

    /// <summary>Asks it to stop.</summary>
    public void Terminate() => Assert.Equal(0, Signal(process.Id, SignalTerminate));

    /// <summary>Waits until it has ended.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> WaitForExitAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        await process.WaitForExitAsync(limit.Token);
        return process.ExitCode;
    }

    /// <summary>Ends it where it stands.</summary>
    public async Task KillAsync()
    {
        if (!process.HasExited)
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        Client.Dispose();
        process.Dispose();
    }

    private void Keep(string? line)
    {
        if (line is not null)
        {
            lines.Enqueue(line);
        }
    }

    [GeneratedRegex(@"listens on http://[^:]+:(\d+)")]
    private static partial Regex Address();

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Signal(int process, int signal);
}
