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
        await NativeTool.CompileAsync("powerloss.c", power.Shim, "-shared", "-fPIC");
        await NativeTool.CompileAsync("rollback.c", power.Tool);
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
    public async Task<string> RollBackAsync(int? seed)
    {
        string[] how = seed is { } number ? ["torn", number.ToString(CultureInfo.InvariantCulture)] : ["lost"];
        var (code, output) = await NativeTool.RunAsync(Tool, [_root, _undo, .. how]);
        return code == 0 ? output : throw new InvalidOperationException($"The rollback ended with {code}: {output}");
    }

    public void Dispose() => _tools.Dispose();
}
