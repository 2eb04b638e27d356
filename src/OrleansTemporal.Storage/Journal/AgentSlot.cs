using System.Text;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Storage.Journal;

/// <summary>What the journal knows about one agent, whether somebody has its log open or not. Guarded by the journal's gate.</summary>
internal sealed class AgentSlot(AgentId agent, uint ordinal)
{
    private long durableThrough;

    public AgentId Agent { get; } = agent;

    public byte[] Text { get; } = Encoding.ASCII.GetBytes(agent.ToString());

    public uint Ordinal { get; } = ordinal;

    public ExtentList Extents { get; } = new();

    /// <summary>Number of the file that has this agent's declaration.</summary>
    public long DeclaredIn { get; set; }

    /// <summary>Read without the gate too.</summary>
    public long DurableThrough
    {
        get => Volatile.Read(ref durableThrough);
        set => Volatile.Write(ref durableThrough, value);
    }

    public long LastSequence { get; set; }

    public long TrimmedThrough { get; set; }

    /// <summary>Which group the newest staged record is in, and where in its touches.</summary>
    public long StagedToken { get; set; }

    public int TouchIndex { get; set; }

    public JournalAgentLog? Handle { get; set; }

    public bool IsDropping { get; set; }

    /// <summary>Why the log may not be opened.</summary>
    public TemporalException? Damage { get; set; }

    public bool IsIdle => Handle is null && Extents.Count == 0 && LastSequence == DurableThrough && Damage is null && !IsDropping;
}
