namespace OrleansTemporal.Storage.Azure.Memory;

/// <summary>What goes wrong on the way to a <see cref="MemoryAppendBlobs"/>, decided by one seed: the same calls in the same order meet the same faults.</summary>
/// <param name="seed">Decides every choice.</param>
internal sealed class BlobFaultPlan(int seed)
{
    private readonly Random random = new(seed);
    private readonly List<(BlobOperation Operation, BlobFault Fault)> scripted = [];

    /// <summary>Through how many turns of the service a call and its answer go at most, each.</summary>
    public int DelayTurnsMax { get; set; }

    /// <summary>Chance that a call fails without effect.</summary>
    public double ErrorBeforeChance { get; set; }

    /// <summary>Chance that a call has its effect and its answer is lost.</summary>
    public double ErrorAfterChance { get; set; }

    /// <summary>Chance that a call is given up by its caller and has its effect some time later.</summary>
    public double LateEffectChance { get; set; }

    /// <summary>Through how many turns a call goes at most that has its effect late.</summary>
    public int LateTurnsMax { get; set; } = 100;

    /// <summary>True when every fault of <see cref="FailNext"/> has been met.</summary>
    public bool IsScriptDone => scripted.Count == 0;

    /// <summary>Lets the next call of a kind meet a fault. Several are taken in the order in which they were added.</summary>
    public void FailNext(BlobOperation operation, BlobFault fault) => scripted.Add((operation, fault));

    public BlobFault Next(BlobOperation operation)
    {
        var index = scripted.FindIndex(entry => entry.Operation == operation);
        if (index >= 0)
        {
            var fault = scripted[index].Fault;
            scripted.RemoveAt(index);
            return fault;
        }

        var roll = random.NextDouble();
        return roll < ErrorBeforeChance ? BlobFault.ErrorBefore
            : roll < ErrorBeforeChance + ErrorAfterChance ? BlobFault.ErrorAfter
            : roll < ErrorBeforeChance + ErrorAfterChance + LateEffectChance && operation is BlobOperation.Append or BlobOperation.Create ? BlobFault.LateEffect
            : BlobFault.None;
    }

    public int NextDelayTurns() => DelayTurnsMax > 0 ? random.Next(DelayTurnsMax + 1) : 0;

    public int NextLateTurns() => 1 + random.Next(LateTurnsMax);
}
