using OrleansTemporal.Causality;

namespace OrleansTemporal.Agents.Tests.Channels;

/// <summary>A transport that loses a third of what it is given, doubles a third, and delivers in an order of its own, some of it much later.</summary>
internal sealed class LossyNotices(int seed)
{
    private readonly Random random = new(seed);
    private readonly List<AgentNotice> onTheWay = [];

    public int Lost { get; private set; }

    public int Doubled { get; private set; }

    public int Late { get; private set; }

    public void Send(AgentId agent, long sequence)
    {
        switch (random.Next(3))
        {
            case 0:
                Lost++;
                return;
            case 1:
                Doubled++;
                onTheWay.Add(new AgentNotice(agent, sequence));
                break;
        }

        onTheWay.Add(new AgentNotice(agent, sequence));
    }

    /// <summary>What arrives now.</summary>
    public IEnumerable<AgentNotice> Arrive()
    {
        for (var i = onTheWay.Count - 1; i >= 0; i--)
        {
            if (random.Next(2) == 0)
            {
                Late++;
                continue;
            }

            var notice = onTheWay[i];
            onTheWay.RemoveAt(i);
            yield return notice;
        }
    }
}
