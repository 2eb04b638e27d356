using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Storage.Journal;

/// <summary>
/// What a scan has found of each agent. Damage that can be told apart stops the agents it hit. Damage that can't stops
/// every agent but those whose later records prove, by going on without a gap, that they lost nothing to it.
/// </summary>
internal sealed class RecoveredLogs(Func<AgentId, AgentSlot> makeSlot)
{
    private readonly Dictionary<AgentId, RecoveredAgent> agents = [];
    private readonly Dictionary<uint, RecoveredAgent> ordinals = [];
    private readonly List<RecoveredAgent> touched = [];
    private JournalFile? file;
    private int damageCount;

    /// <summary>Why an agent of which nothing was found may not be taken for new; null when nothing can have been lost.</summary>
    public TemporalException? DamageOfUnknown { get; private set; }

    public uint OrdinalMax { get; private set; }

    public ulong Ceiling { get; set; }

    public bool EndsWithStop { get; private set; }

    public void BeginFile(JournalFile next)
    {
        file = next;
        ordinals.Clear();
    }

    /// <summary>Takes over the frames of a group. Their headers verify.</summary>
    /// <param name="frames">The frames alone.</param>
    /// <param name="offset">Where the first one stands in the file.</param>
    public void Apply(ReadOnlySpan<byte> frames, long offset)
    {
        Declare(frames);
        EndsWithStop = false;
        for (var position = 0; position < frames.Length;)
        {
            var header = FrameHeader.Decode(frames[position..]);
            switch (header.Type)
            {
                case FrameType.Record when Find(header.Ordinal, offset + position) is { } agent:
                    ApplyRecord(agent, header, offset + position);
                    break;
                case FrameType.Drop when Find(header.Ordinal, offset + position) is { } agent:
                    agent.Drop(damageCount);
                    break;
                case FrameType.Stop:
                    EndsWithStop = true;
                    break;
                default:
                    break;
            }

            position += header.TotalBytes;
        }

        foreach (var agent in touched)
        {
            agent.EndGroup(file!);
        }

        touched.Clear();
    }

    /// <summary>Says that a record of the agent with an ordinal, or all that such a record rests on, does not verify.</summary>
    public void Damage(uint ordinal, TemporalException damage)
    {
        HoldFile();
        if (ordinals.TryGetValue(ordinal, out var agent))
        {
            agent.Slot.Damage ??= damage;
        }
        else
        {
            DamageAll(damage);
        }
    }

    /// <summary>Says that records were lost of which it is not known whose they were.</summary>
    public void DamageAll(TemporalException damage)
    {
        HoldFile();
        damageCount++;
        DamageOfUnknown ??= damage;
    }

    /// <summary>Stops the agents that could not prove that they are whole.</summary>
    public void Finish()
    {
        foreach (var agent in agents.Values)
        {
            if (agent.WholeSince < damageCount)
            {
                agent.Slot.Damage ??= DamageOfUnknown;
            }

            agent.Slot.LastSequence = agent.Last;
            agent.Slot.DurableThrough = agent.Last;
        }
    }

    /// <summary>Learns which agents the ordinals of a group mean.</summary>
    public void Declare(ReadOnlySpan<byte> frames)
    {
        for (var position = 0; position < frames.Length;)
        {
            var header = FrameHeader.Decode(frames[position..]);
            OrdinalMax = Math.Max(OrdinalMax, header.Ordinal);
            if (header.Type == FrameType.Agent && AgentId.TryParse(frames.Slice(position + FrameHeader.Bytes, header.BodyBytes), out var id))
            {
                if (!agents.TryGetValue(id, out var agent))
                {
                    agents.Add(id, agent = new RecoveredAgent(makeSlot(id)));
                }

                ordinals[header.Ordinal] = agent;
            }

            position += header.TotalBytes;
        }
    }

    // What is damaged is kept for whoever looks into it.
    private void HoldFile()
    {
        if (file is not null)
        {
            file.IsDamaged = true;
        }
    }

    private RecoveredAgent? Find(uint ordinal, long offset)
    {
        if (ordinals.TryGetValue(ordinal, out var agent))
        {
            return agent;
        }

        // The declaration stood in what was lost, which was said there; without such a loss this is a loss of its own.
        if (damageCount == 0)
        {
            DamageAll(JournalErrors.Corrupt(file!.Path, offset, $"ordinal {ordinal} was never declared."));
        }

        return null;
    }

    private void ApplyRecord(RecoveredAgent agent, in FrameHeader header, long offset)
    {
        var sequence = (long)header.Sequence;
        if (agent.Last != 0 && sequence != agent.Last + 1)
        {
            HoldFile();
            agent.Slot.Damage ??= JournalErrors.Corrupt(file!.Path, offset, $"record {sequence} follows {agent.Last}.");
        }
        else if (agent.Last != 0 || sequence == 1)
        {
            // It goes on where it was, or begins: whatever was lost in between was not its own.
            agent.WholeSince = damageCount;
        }
        else if (damageCount > agent.WholeSince)
        {
            agent.Slot.Damage ??= DamageOfUnknown;
        }

        agent.Last = sequence;
        if (agent.AddRecord(header, offset))
        {
            touched.Add(agent);
        }
    }
}
