using System.Diagnostics;

namespace OrleansTemporal.Server.Tests.Crash;

/// <summary>Compiles and runs the C programs of the folder PowerLoss.</summary>
internal static class NativeTool
{
    public static async Task CompileAsync(string source, string target, params string[] flags)
    {
        var path = TestRepository.PathOf($"tests/OrleansTemporal.Server.Tests/Crash/PowerLoss/{source}");
        var (code, output) = await RunAsync("gcc", ["-O2", "-Wall", "-Wextra", "-Werror", .. flags, "-o", target, path]);
        if (code != 0)
            throw new InvalidOperationException($"{source} does not compile:\n{output}");
    }

    /// <summary>Runs a program to its end.</summary>
    /// <returns>Its exit code, and what it wrote to either output.</returns>
    public static async Task<(int Code, string Output)> RunAsync(
        string command, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(command, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, (output + await error).Trim());
    }
}
