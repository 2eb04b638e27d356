namespace OrleansTemporal.Storage.Memory;

/// <summary>
/// What goes wrong in a <see cref="MemoryFileSystem"/>, decided by one seed: the same calls in the same order meet the
/// same faults. Not for several threads at once; the file system asks under its own lock.
/// </summary>
public sealed class FaultPlan
{
    private readonly Random random;
    private readonly List<(FileOperation Operation, string PathPart, FileFault Fault)> scripted = [];

    /// <summary>Makes a plan without faults; the properties and <see cref="FailNext"/> add them.</summary>
    /// <param name="seed">Decides every later choice.</param>
    public FaultPlan(int seed)
    {
        Seed = seed;
        random = new Random(seed);
    }

    /// <summary>What decides every choice.</summary>
    public int Seed { get; }

    /// <summary>Chance, from 0 to 1, that a call completes later, through the work scheduler.</summary>
    public double DelayChance { get; set; }

    /// <summary>Through how many turns of the work scheduler a delayed call goes at most.</summary>
    public int DelayTurnsMax { get; set; } = 4;

    /// <summary>Chance that a call fails without effect; half of the flushes that do lose their pages.</summary>
    public double ErrorBeforeChance { get; set; }

    /// <summary>Chance that a call has its effect and fails all the same.</summary>
    public double ErrorAfterChance { get; set; }

    /// <summary>Number of the call (from 1) at which the power goes; null for never.</summary>
    public long? PowerLossAt { get; set; }

    /// <summary>Bytes that all files together may have; a write beyond fails as on a full disk.</summary>
    public long CapacityBytes { get; set; } = long.MaxValue;

    /// <summary>Chance that a crash keeps a prefix of each file's unflushed writes, in order; otherwise any subset is kept, torn or dropped.</summary>
    public double PrefixCrashChance { get; set; } = 0.5;

    /// <summary>Lets the next call of a kind, on a path that contains a text, meet a fault. Several are taken in the order in which they were added.</summary>
    public void FailNext(FileOperation operation, FileFault fault, string pathPart = "") => scripted.Add((operation, pathPart, fault));

    /// <summary>True when every fault of <see cref="FailNext"/> has been met.</summary>
    public bool IsScriptDone => scripted.Count == 0;

    internal FileFault Next(FileOperation operation, string path, long number)
    {
        if (number == PowerLossAt)
        {
            return FileFault.PowerLoss;
        }

        var index = scripted.FindIndex(entry => entry.Operation == operation && path.Contains(entry.PathPart, StringComparison.Ordinal));
        if (index >= 0)
        {
            var fault = scripted[index].Fault;
            scripted.RemoveAt(index);
            return fault;
        }

        if (ErrorBeforeChance == 0 && ErrorAfterChance == 0)
        {
            return FileFault.None;
        }

        var roll = random.NextDouble();
        return roll < ErrorBeforeChance / 2 && operation == FileOperation.Flush ? FileFault.PagesLost
            : roll < ErrorBeforeChance ? FileFault.ErrorBefore
            : roll < ErrorBeforeChance + ErrorAfterChance ? FileFault.ErrorAfter
            : FileFault.None;
    }

    internal int NextDelayTurns() =>
        DelayChance > 0 && random.NextDouble() < DelayChance ? random.Next(1, Math.Max(2, DelayTurnsMax + 1)) : 0;

    internal bool NextCrashKeepsPrefix() => random.NextDouble() < PrefixCrashChance;

    internal int NextBelow(int bound) => random.Next(bound);
}
