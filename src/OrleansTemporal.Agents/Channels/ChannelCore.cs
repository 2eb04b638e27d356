using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Channels;

/// <summary>State of a channel: how far each source is announced, and how many deltas it carries.</summary>
internal sealed partial class ChannelCore : AgentCore
{
    private const int SaltBytes = 16;

    // Announcements of another channel in one delta: what a read that begins in the middle has to walk over.
    private const long ChannelStep = 256;

    private readonly Dictionary<AgentId, long> announced = [];

    public ChannelCore(AgentId id, AgentServices services)
        : base(id, services)
    {
    }

    public async ValueTask<ImmutableArray<AgentNotice>> GetAnnouncedAsync(CancellationToken cancellationToken)
    {
        ImmutableArray<AgentNotice> sources;
        long mark;
        lock (Gate)
        {
            RequireAlive();
            (sources, mark) = ([.. announced.Select(static pair => new AgentNotice(pair.Key, pair.Value))], Sequence);
        }

        await Log.WhenDurableAsync(mark, cancellationToken).ConfigureAwait(false);
        return sources;
    }

    public async ValueTask<long> AnnounceAsync(ChannelAnnouncement announcement, CancellationToken cancellationToken)
    {
        while (true)
        {
            List<DeltaRange> fresh;
            TemporalException? refusal;
            long seen;
            lock (Gate)
            {
                RequireAlive();
                (fresh, refusal) = FreshOf(announcement);
                seen = Sequence;
            }

            if (fresh.Count == 0)
            {
                await Log.WhenDurableAsync(seen, cancellationToken).ConfigureAwait(false);
                return refusal is null ? seen : throw refusal;
            }

            var salt = new byte[SaltBytes];
            Services.Salts.Fill(salt);
            var payload = new PayloadBuffer(salt);
            ChannelPayload.Write(payload, fresh);
            var draft = new DeltaDraft(ChannelPayload.Kind, ChannelPayload.SchemaVersionOf(fresh), payload, new DeltaContext());

            // Another announcement may have got there first, and there may be more than one delta takes: what is left is seen by looking again.
            await TryStageAsync(new PreparedDelta(draft, salt), seen, cancellationToken).ConfigureAwait(false);
        }
    }

    protected override void Apply(in AppliedDelta delta) => Fold(delta.Sequence, delta.Payload);

    private void Fold(long sequence, ReadOnlyMemory<byte>? payload)
    {
        foreach (var range in payload is { } written ? ChannelPayload.Read(written) : [])
        {
            announced[range.Agent] = range.Last;
            changed[range.Agent] = range.Last;
            published += range.Count;
        }

        MarkCount(sequence);
    }

    // Does nothing when another announcement got there first: the ranges have to be made anew.
    private async ValueTask TryStageAsync(PreparedDelta prepared, long seen, CancellationToken cancellationToken)
    {
        var bytes = Encoder.GetRecordLength(prepared.Draft);
        await Log.ReserveAsync(bytes, cancellationToken).ConfigureAwait(false);
        var isStaged = false;
        try
        {
            lock (Gate)
            {
                RequireAlive();
                if (Sequence == seen)
                {
                    Stage(prepared, default, Durability.Durable);
                    isStaged = true;
                }
            }
        }
        finally
        {
            if (!isStaged)
            {
                Log.Release(bytes);
            }
        }
    }

    // Under the gate. What is new of the agents that there is room for, and the refusal of the others.
    private (List<DeltaRange> Fresh, TemporalException? Refusal) FreshOf(ChannelAnnouncement announcement)
    {
        var fresh = new OrderedDictionary<AgentId, DeltaRange>();
        var routed = announcement.Routed.IsEmpty ? null : announcement.Routed.ToHashSet();
        var room = Limits.ChannelAgentsMax - announced.Count;
        var isFull = false;
        foreach (var notice in announcement.Notices)
        {
            var first = announced.GetValueOrDefault(notice.Agent) + 1;
            var last = notice.Agent.Kind == AgentKind.Channels ? Math.Min(notice.Sequence, first + ChannelStep - 1) : notice.Sequence;
            var isKnown = fresh.TryGetValue(notice.Agent, out var range);
            if (last < first || (isKnown && last <= range.Last))
            {
                continue;
            }

            if (first == 1 && !isKnown && --room < 0)
            {
                isFull = true;
                continue;
            }

            fresh[notice.Agent] = new DeltaRange(notice.Agent, first, last, routed is not null && routed.Contains(notice.Agent));
        }

        return ([.. fresh.Values], !isFull ? null : new TemporalException(ErrorKind.Conflict, ErrorCodes.ChannelFull, $"{Id} carries {Limits.ChannelAgentsMax} agents and can carry no more.")
        {
            Limit = Limits.ChannelAgentsMax,
        });
    }
}
