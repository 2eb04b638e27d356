using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Events;

/// <summary>
/// The domain events of a workspace in the order of system time, read from the deltas that say them. Written once against
/// <see cref="IAgentDirectory"/>. Thread-safe.
/// </summary>
public sealed class EventService
{
    private readonly IAgentDirectory directory;
    private readonly AccessGate access;
    private readonly WorkspaceService workspaces;
    private readonly AgentService agents;
    private long deltasRead;

    /// <summary>Makes the facade over a directory.</summary>
    public EventService(IAgentDirectory directory, AccessGate access, WorkspaceService workspaces, AgentService agents)
    {
        this.directory = directory;
        this.access = access;
        this.workspaces = workspaces;
        this.agents = agents;
    }

    /// <summary>Deltas that were read so far; for measurements.</summary>
    internal long DeltasRead => Volatile.Read(ref deltasRead);

    /// <summary>
    /// The next events behind a cursor. Nothing ever comes to be before the cursor that is answered. Costs a look at each
    /// agent of the kinds that are asked for, and for those with news a search by time and a read of one delta; of whom the page
    /// tells, of at most twice as many as it looks at.
    /// </summary>
    /// <param name="call">Who reads.</param>
    /// <param name="workspace">The workspace.</param>
    /// <param name="types">Types that are wanted; empty for all.</param>
    /// <param name="after">Where the reader has come to; the default is the beginning.</param>
    /// <param name="limit">1 to <see cref="Limits.PageCountMax"/>; a page ends behind a whole delta, so it may be a few longer.</param>
    /// <param name="cancellationToken">Stops the read; nothing changes.</param>
    /// <exception cref="TemporalException">NotFound, <c>workspace_not_found</c>; Invalid, <c>invalid_field</c>: no such type.</exception>
    public async ValueTask<DomainEventPage> ReadAsync(
        CallContext call, string workspace, ImmutableArray<string> types, DomainEventCursor after, int limit, CancellationToken cancellationToken)
    {
        await access.EnterAsync(call, new Resource(workspace, AgentKind.Catalog, ""), Verb.Read, cancellationToken).ConfigureAwait(false);
        await workspaces.FindAsync(workspace, cancellationToken).ConfigureAwait(false);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        if (types.FirstOrDefault(static type => !DomainEventTypes.All.Contains(type)) is { } unknown)
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, $"'{unknown}' is none of {string.Join(", ", DomainEventTypes.All)}.") { Field = "type" };
        }

        var wanted = types.IsEmpty ? DomainEventTypes.All : types;

        // What is staged before this moment is waited for; what comes later is behind it.
        var now = access.NextMoment();
        var sources = await OpenAsync(workspace, [.. wanted.Select(EventReading.SourceOf).Distinct()], after.Time, cancellationToken).ConfigureAwait(false);
        var events = ImmutableArray.CreateBuilder<DomainEvent>();
        var (next, scanned, passed) = (after, 0, 0);
        while (sources.TryDequeue(out var source, out var key) && key.Time <= now.Value)
        {
            if (events.Count >= limit || scanned == Limits.EventsScannedPerPageMax)
            {
                return new DomainEventPage { Events = events.ToImmutable(), Next = next, HasMore = true };
            }

            // Several processes may have issued one system time; those at the cursor's were told in the order of their agents.
            var time = new HybridTimestamp(key.Time);
            if (time != after.Time || passed++ >= after.Count)
            {
                events.AddRange(EventReading.Of(source.Current, source.RootBefore, source.Said).Where(one => wanted.Contains(one.Type)));
                next = new DomainEventCursor(time, time == next.Time ? next.Count + 1 : 1);
                scanned++;
            }

            if (await source.MoveNextAsync(cancellationToken).ConfigureAwait(false))
            {
                sources.Enqueue(source, (source.Current.SystemTime.Value, key.Agent));
            }
        }

        return new DomainEventPage { Events = events.ToImmutable(), Next = next, HasMore = false };
    }

    private async ValueTask<PriorityQueue<EventSource, (ulong Time, string Agent)>> OpenAsync(
        string workspace, ImmutableArray<AgentKind> kinds, HybridTimestamp from, CancellationToken cancellationToken)
    {
        var sources = new PriorityQueue<EventSource, (ulong Time, string Agent)>(
            Comparer<(ulong Time, string Agent)>.Create(static (left, right) => left.Time != right.Time ? left.Time.CompareTo(right.Time) : string.CompareOrdinal(left.Agent, right.Agent)));
        foreach (var id in await agents.ListIdsAsync(workspace, cancellationToken).ConfigureAwait(false))
        {
            var source = new EventSource(directory, id, count => Interlocked.Add(ref deltasRead, count));
            if (kinds.Contains(id.Kind) && await source.SeekAsync(from, cancellationToken).ConfigureAwait(false))
            {
                sources.Enqueue(source, (source.Current.SystemTime.Value, id.ToString()));
            }
        }

        return sources;
    }
}
