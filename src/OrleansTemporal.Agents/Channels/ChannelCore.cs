using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Manifests;

namespace OrleansTemporal.Channels;

/// <summary>State of a channel: how far each source is announced, folded from the first delta.</summary>
internal sealed partial class ChannelCore : AgentCore
{
    private const int SaltBytes = 16;

    private readonly Dictionary<AgentId, long> announced = [];

    public ChannelCore(AgentId id, AgentServices services)
        : base(id, services)
    {
    }

    protected override bool ReplaysFromGenesis => true;

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
        var salt = new byte[SaltBytes];
        Services.Salts.Fill(salt);
        while (true)
        {
            List<DeltaRange> fresh;
            long seen;
            lock (Gate)
            {
                RequireAlive();
                (fresh, seen) = (FreshOf(announcement), Sequence);
            }

            if (fresh.Count == 0)
            {
                await Log.WhenDurableAsync(seen, cancellationToken).ConfigureAwait(false);
                return seen;
            }

            var payload = new PayloadBuffer(salt);
            ChannelPayload.Write(payload, fresh);
            var draft = new DeltaDraft(ChannelPayload.Kind, ChannelPayload.SchemaVersionOf(fresh), payload, new DeltaContext());
            if (await TryStageAsync(new PreparedDelta(draft, salt), seen, cancellationToken).ConfigureAwait(false) is { } sequence)
            {
                await Log.WhenDurableAsync(sequence, cancellationToken).ConfigureAwait(false);
                return sequence;
            }
        }
    }

    protected override void Apply(in AppliedDelta delta)
    {
        if (delta.Payload is not { } payload)
        {
            return;
        }

        foreach (var range in ChannelPayload.Read(payload))
        {
            announced[range.Agent] = range.Last;
            published += range.Count;
        }

        MarkCount(delta.Sequence);
    }

    protected override void RestoreFacetState(ReadOnlySpan<byte> facetState, Manifest manifest)
    {
    }

    protected override (ReadOnlyMemory<byte> FacetState, object? Memory) CutGeneration(long lastSequence) => (default, null);

    // Null when another announcement got there first: the ranges have to be made anew.
    private async ValueTask<long?> TryStageAsync(PreparedDelta prepared, long seen, CancellationToken cancellationToken)
    {
        var bytes = Encoder.GetRecordLength(prepared.Draft);
        await Log.ReserveAsync(bytes, cancellationToken).ConfigureAwait(false);
        var isStaged = false;
        try
        {
            lock (Gate)
            {
                RequireAlive();
                isStaged = Sequence == seen;
                return isStaged ? Stage(prepared, default, Durability.Durable).Sequence : null;
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

    // Under the gate.
    private List<DeltaRange> FreshOf(ChannelAnnouncement announcement)
    {
        var fresh = new OrderedDictionary<AgentId, DeltaRange>();
        var routed = announcement.Routed.IsEmpty ? null : announcement.Routed.ToHashSet();
        foreach (var notice in announcement.Notices)
        {
            var first = announced.GetValueOrDefault(notice.Agent) + 1;
            if (notice.Sequence >= first && (!fresh.TryGetValue(notice.Agent, out var range) || notice.Sequence > range.Last))
            {
                fresh[notice.Agent] = new DeltaRange(notice.Agent, first, notice.Sequence, routed is not null && routed.Contains(notice.Agent));
            }
        }

        var sourceCount = announced.Count + fresh.Keys.Count(agent => !announced.ContainsKey(agent));
        return sourceCount <= Limits.ChannelAgentsMax
            ? [.. fresh.Values]
            : throw new TemporalException(ErrorKind.Conflict, ErrorCodes.ChannelFull, $"{Id} would carry {sourceCount} agents; a channel carries {Limits.ChannelAgentsMax}.") { Limit = Limits.ChannelAgentsMax };
    }
}
