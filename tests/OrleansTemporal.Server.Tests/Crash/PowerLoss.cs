using System.Diagnostics;
using System.Globalization;

namespace OrleansTemporal.Server.Tests.Crash;

/// <summary>
/// Takes from a killed server's folder what it had not made durable, with the preload shim and the tool in the folder
/// PowerLoss, which are compiled on first use.
/// </summary>
internal sealed class PowerLoss : IDisposable
{
    private readonly TemporaryFolder _tools = new("powerloss");
    private string _root = "";
    private string _undo = "";

    private PowerLoss(bool ignoresFlushes) => IgnoresFlushes = ignoresFlushes;

    /// <summary>Whether flushes answer success and do nothing, as a broken disk or a broken build would have it.</summary>
    public bool IgnoresFlushes { get; }

    private string Shim => Path.Combine(_tools.Path, "powerloss.so");

    private string Tool => Path.Combine(_tools.Path, "rollback");

    public static async Task<PowerLoss> PrepareAsync(bool ignoresFlushes = false)
    {
        var power = new PowerLoss(ignoresFlushes);
        var sources = TestRepository.PathOf("tests/OrleansTemporal.Server.Tests/Crash/PowerLoss");
        await RunAsync("gcc", ["-O2", "-Wall", "-Werror", "-shared", "-fPIC", "-o", power.Shim, Path.Combine(sources, "powerloss.c")]);
        await RunAsync("gcc", ["-O2", "-Wall", "-Werror", "-o", power.Tool, Path.Combine(sources, "rollback.c")]);
        return power;
    }

    /// <summary>The environment of a server whose changes to a folder are recorded from its current state on.</summary>
    public IReadOnlyDictionary<string, string> Arm(string dataDirectory, string folderOnSameDisk)
    {
        _root = dataDirectory;
        _undo = Path.Combine(folderOnSameDisk, "undo");
        Directory.CreateDirectory(_undo);
        var environment = new Dictionary<string, string>
        {
            ["LD_PRELOAD"] = Shim,
            ["OT_POWERLOSS_ROOT"] = _root,
            ["OT_POWERLOSS_UNDO"] = _undo,
        };
        if (IgnoresFlushes)
            environment["OT_POWERLOSS_IGNORE_SYNC"] = "1";
        return environment;
    }

    /// <summary>Leaves what a power loss may have left.</summary>
    /// <param name="seed">Decides what of the unflushed changes is kept; null loses all of them.</param>
    /// <returns>What was taken back, in numbers.</returns>
    public Task<string> RollBackAsync(int? seed) => RunAsync(
        Tool, seed is { } number ? [_root, _undo, "torn", number.ToString(CultureInfo.InvariantCulture)] : [_root, _undo, "lost"]);

    public void Dispose() => _tools.Dispose();

    private static async Task<string> RunAsync(string command, IReadOnlyList<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? output.Trim()
            : throw new InvalidOperationException($"{command} ended with {process.ExitCode}: {output}{await error}");
    }
}
