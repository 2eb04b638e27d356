namespace OrleansTemporal.Server.Tests.Crash;

/// <summary>What a campaign did and found.</summary>
internal sealed class CampaignReport
{
    private const int FaultsKept = 25;

    public required int Seed { get; init; }

    public int Kills { get; set; }

    public int Stops { get; set; }

    public int StartsInterrupted { get; set; }

    public int Acknowledged { get; set; }

    public int Refused { get; set; }

    /// <summary>Writes whose connection broke.</summary>
    public int Unknown { get; set; }

    /// <summary>Those of them that were found applied.</summary>
    public int UnknownApplied { get; set; }

    /// <summary>Those of them over several agents of which a part was found.</summary>
    public int Partial { get; set; }

    /// <summary>Erasures that were acknowledged, at once or after a restart.</summary>
    public int Erasures { get; set; }

    /// <summary>Erasures whose connection broke.</summary>
    public int UnknownErasures { get; set; }

    /// <summary>Changes of the number of partitions that were acknowledged.</summary>
    public int Moves { get; set; }

    /// <summary>Changes of the number of partitions whose connection broke.</summary>
    public int UnknownMoves { get; set; }

    /// <summary>Erased values that were looked for in the files.</summary>
    public int Searched { get; set; }

    /// <summary>Acknowledged writes that were not there after a restart.</summary>
    public int Lost { get; set; }

    public int Retried { get; set; }

    public int Sightings { get; set; }

    public int AsOfReads { get; set; }

    public TimeSpan Load { get; set; }

    public TimeSpan Elapsed { get; set; }

    public List<string> Faults { get; } = [];

    /// <summary>What each rollback took back; empty when nothing rolled back.</summary>
    public List<string> Rollbacks { get; } = [];

    public void Fault(string fault)
    {
        lock (Faults)
            Faults.Add(fault);
    }

    public void MustBeClean()
    {
        if (Faults.Count > 0)
            Assert.Fail($"{this}\nreplay with OT_SEED={Seed}\n{string.Join('\n', Faults.Take(FaultsKept))}");
    }

    public override string ToString() =>
        $"seed {Seed}: {Kills} kills, {StartsInterrupted} killed starts, {Stops} stops, {Acknowledged} acknowledged, {Refused} refused, {Unknown} unknown ({UnknownApplied} applied, {Partial} in part), "
        + $"{Moves} moves ({UnknownMoves} unknown), {Erasures} erasures ({UnknownErasures} unknown), {Searched} values searched for, "
        + $"{Retried} retried, {Sightings} sightings, {AsOfReads} as-of reads, lost {Lost}, {Faults.Count} faults; "
        + $"{Acknowledged / Math.Max(Load.TotalSeconds, 0.001):0} writes/s under load, {Elapsed.TotalSeconds:0.0} s";
}
