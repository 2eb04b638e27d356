using System.Collections.Immutable;
using OrleansTemporal.Causality;
using OrleansTemporal.Channels;

namespace OrleansTemporal.Subscriptions;

/// <summary>
/// What one subscriber was handed and has acknowledged: the fold of a subscription's log. Deltas are handed out in the order
/// of their channel, and what comes back comes back from the first that is not acknowledged on, so no subscriber ever sees a
/// delta of an agent before an earlier one of it that it has not acknowledged. Not thread-safe.
/// </summary>
public sealed partial class SubscriptionProgress
{
    private readonly List<Flight> flights = [];
    private readonly List<Lease> leases = [];
    private readonly Queue<DeadLetter> dead = [];
    private int leased;
    private double acknowledgeMilliseconds;
    private long acknowledgedWithin;

    /// <summary>What the subscription is; null before it has begun.</summary>
    public SubscriptionDefinition? Definition { get; private set; }

    /// <summary>True once it has ended.</summary>
    public bool IsEnded { get; private set; }

    /// <summary>True while nothing is handed out.</summary>
    public bool IsPaused { get; set; }

    /// <summary>Everything up to here is done.</summary>
    public ChannelCursor Acknowledged { get; private set; }

    /// <summary>Everything up to here was handed out or passed over, and is not back.</summary>
    public ChannelCursor Position { get; private set; }

    /// <summary>Deltas that are handed out and wait for their acknowledgement.</summary>
    public int Pending => leased;

    /// <summary>Deltas that were handed out, each time counted.</summary>
    public long Received { get; private set; }

    /// <summary>Deltas that were acknowledged.</summary>
    public long AcknowledgedCount { get; private set; }

    /// <summary>Deltas that were handed out once more.</summary>
    public long Redelivered { get; private set; }

    /// <summary>Deltas that were put aside.</summary>
    public long DeadCount { get; private set; }

    /// <summary>Those put aside that are still listed, the oldest first.</summary>
    public IReadOnlyCollection<DeadLetter> Dead => dead;

    /// <summary>The hash of the state that the subscriber had come to when it said so last; null before.</summary>
    public Distinction? StateHash { get; private set; }

    /// <summary>Mean time from a delivery to its acknowledgement; 0 before the first.</summary>
    public double MeanMillisecondsToAcknowledge => acknowledgedWithin == 0 ? 0 : acknowledgeMilliseconds / acknowledgedWithin;

    /// <summary>When the oldest lease ends, in milliseconds since 1970; null when nothing is leased.</summary>
    public long? ExpiresAt => leases.Count == 0 ? null : leases[0].Until;

    /// <summary>How often the next delta was handed out before; 0 for a new one.</summary>
    public int NextTries => leased < flights.Count ? flights[leased].Tries : 0;

    /// <summary>
    /// How many deltas the next delivery may have. What has one try left goes alone, so that a delta that nobody can digest
    /// takes no other one with it.
    /// </summary>
    public int NextCountMax
    {
        get
        {
            var room = Limits.SubscriptionPendingMax - leased;
            var isLastTry = Definition is { MaxTries: > 1 } definition && leased < flights.Count && NextTries >= definition.MaxTries - 1;
            return room <= 0 ? 0 : isLastTry ? 1 : room;
        }
    }

    /// <summary>Begins.</summary>
    public void Begin(SubscriptionDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        (Definition, Acknowledged, Position) = (definition, definition.Start, definition.Start);
    }

    /// <summary>Ends.</summary>
    public void End() => IsEnded = true;

    /// <summary>Up to where leases have ended; null when none has.</summary>
    public ChannelCursor? ExpiredThrough(long milliseconds)
    {
        ChannelCursor? through = null;
        foreach (var lease in leases)
        {
            if (lease.Until > milliseconds)
            {
                break;
            }

            through = lease.To;
        }

        return through;
    }

    /// <summary>Has leases that end later end at a moment, in milliseconds since 1970.</summary>
    public void EndLeasesBy(long milliseconds)
    {
        for (var i = 0; i < leases.Count; i++)
        {
            leases[i] = leases[i] with { Until = Math.Min(leases[i].Until, milliseconds) };
        }
    }

    /// <summary>Hands out deltas, from <see cref="Position"/> on.</summary>
    /// <param name="to">Where the piece of the channel ends that they were found in.</param>
    /// <param name="until">When the lease ends, in milliseconds since 1970.</param>
    /// <param name="cursors">The place behind each, in order.</param>
    /// <param name="time">When.</param>
    public void Deliver(ChannelCursor to, long until, ImmutableArray<ChannelCursor> cursors, HybridTimestamp time)
    {
        Position = to;
        Received += cursors.Length;
        if (Definition!.Guarantee == DeliveryGuarantee.AtMostOnce)
        {
            AcknowledgedCount += cursors.Length;
            Acknowledged = to;
            return;
        }

        var returned = leased;
        while (returned < flights.Count && flights[returned].Cursor <= to)
        {
            returned++;
        }

        var tries = flights.GetRange(leased, returned - leased);
        flights.RemoveRange(leased, returned - leased);
        var next = 0;
        var delivered = new List<Flight>(cursors.Length);
        foreach (var cursor in cursors)
        {
            while (next < tries.Count && tries[next].Cursor < cursor)
            {
                next++;
            }

            var before = next < tries.Count && tries[next].Cursor == cursor ? tries[next].Tries : 0;
            Redelivered += before > 0 ? 1 : 0;
            delivered.Add(new Flight(cursor, before + 1));
        }

        flights.InsertRange(leased, delivered);
        leased += delivered.Count;
        if (delivered.Count > 0)
        {
            leases.Add(new Lease(to, until, time.Milliseconds, delivered.Count));
        }

        Settle();
    }

    /// <summary>Acknowledges everything up to a place.</summary>
    /// <param name="cursor">The place.</param>
    /// <param name="time">When.</param>
    /// <param name="stateHash">The hash of the state that the subscriber has come to there; null when it says none.</param>
    public void Acknowledge(ChannelCursor cursor, HybridTimestamp time, Distinction? stateHash = null)
    {
        // One that comes late says of an earlier state.
        StateHash = stateHash is not null && cursor >= Acknowledged ? stateHash : StateHash;
        var done = CountThrough(cursor);
        flights.RemoveRange(0, done);
        leased = Math.Max(0, leased - done);
        AcknowledgedCount += done;
        while (leases.Count > 0 && (leased == 0 || flights[0].Cursor > leases[0].To))
        {
            acknowledgeMilliseconds += (double)Math.Max(0, time.Milliseconds - leases[0].At) * leases[0].Count;
            acknowledgedWithin += leases[0].Count;
            leases.RemoveAt(0);
        }

        Acknowledged = cursor > Acknowledged ? cursor : Acknowledged;
        Position = cursor > Position ? cursor : Position;
        Settle();
    }

    /// <summary>Takes everything back that is leased. What stands up to a place has had its try, the rest has not.</summary>
    public void Return(ChannelCursor failedThrough, HybridTimestamp time)
    {
        for (var i = leased - 1; i >= 0 && flights[i].Cursor > failedThrough; i--)
        {
            flights[i] = flights[i] with { Tries = flights[i].Tries - 1 };
        }

        flights.RemoveAll(static flight => flight.Tries == 0);
        while (leased > 0 && flights.Count > 0 && flights[0].Cursor <= failedThrough && flights[0].Tries >= Definition!.MaxTries)
        {
            leased--;
            DeadCount++;
            dead.Enqueue(new DeadLetter(flights[0].Cursor, flights[0].Tries, time));
            Acknowledged = flights[0].Cursor;
            flights.RemoveAt(0);
            if (dead.Count > Limits.SubscriptionDeadMax)
            {
                dead.Dequeue();
            }
        }

        leased = 0;
        leases.Clear();
        Position = Acknowledged;
    }

    private int CountThrough(ChannelCursor cursor)
    {
        var count = 0;
        while (count < flights.Count && flights[count].Cursor <= cursor)
        {
            count++;
        }

        return count;
    }

    // What was passed over behind the last delta that somebody has to acknowledge is done with it.
    private void Settle()
    {
        if (flights.Count == 0)
        {
            Acknowledged = Position;
        }
    }

    /// <summary>A delta that was handed out: leased, or back.</summary>
    private readonly record struct Flight(ChannelCursor Cursor, int Tries);

    private readonly record struct Lease(ChannelCursor To, long Until, long At, int Count);
}
