using OrleansTemporal.Causality;

namespace OrleansTemporal.Agents;

/// <summary>Notices that nobody has taken yet: the newest sequence of each agent, of a bounded number of agents. Not thread-safe.</summary>
internal sealed class NoticeQueue(int agentsMax)
{
    private readonly Dictionary<AgentId, long> newest = [];
    private bool hasLost;

    public bool IsEmpty => newest.Count == 0 && !hasLost;

    public void Add(AgentNotice notice)
    {
        if (newest.TryGetValue(notice.Agent, out var sequence))
        {
            // An agent that another process had meanwhile is told of again from its opening.
            newest[notice.Agent] = Math.Max(sequence, notice.Sequence);
        }
        else if (newest.Count < agentsMax)
        {
            newest.Add(notice.Agent, notice.Sequence);
        }
        else
        {
            hasLost = true;
        }
    }

    /// <summary>Takes notice that others have lost some.</summary>
    public void Lose() => hasLost = true;

    public NoticeBatch Take()
    {
        var batch = new NoticeBatch { Notices = [.. newest.Select(static pair => new AgentNotice(pair.Key, pair.Value))], HasLost = hasLost };
        newest.Clear();
        hasLost = false;
        return batch;
    }
}
