using OrleansTemporal.Errors;

namespace OrleansTemporal.Causality;

/// <summary>
/// The one clock of a process, after Kulkarni et al., "Logical Physical Clocks" (2014). It issues every
/// <see cref="HybridTimestamp"/> once, follows wall time while that runs forward, and never runs backwards: not when wall
/// time is set back, and not across restarts when resumed from the newest timestamp that was ever issued.
/// Thread-safe by compare-and-swap on one word.
/// </summary>
public sealed class HybridClock
{
    /// <summary>How far ahead of this process's wall time another process's clock may be.</summary>
    public static readonly TimeSpan MaxClockOffset = TimeSpan.FromMilliseconds(500);

    private readonly TimeProvider timeProvider;
    private ulong last;

    /// <summary>Starts a clock.</summary>
    /// <param name="timeProvider">Where wall time comes from.</param>
    /// <param name="resumeFrom">Newest timestamp that may have been issued or answered for before; the first one issued is later.</param>
    public HybridClock(TimeProvider timeProvider, HybridTimestamp resumeFrom)
    {
        this.timeProvider = timeProvider;
        last = resumeFrom.Value;
    }

    /// <summary>The newest timestamp issued, received or closed. A volatile read.</summary>
    public HybridTimestamp Last => new(Volatile.Read(ref last));

    /// <summary>Wall time in milliseconds since the Unix epoch, 0 at the least.</summary>
    public long NowMilliseconds => Math.Clamp(timeProvider.GetUtcNow().ToUnixTimeMilliseconds(), 0, HybridTimestamp.MillisecondsMax);

    /// <summary>
    /// Issues the next timestamp: the first of the present millisecond, or one after <see cref="Last"/> if that is later.
    /// A full counter spills into the next millisecond.
    /// </summary>
    /// <exception cref="TemporalException"><see cref="ErrorKind.Internal"/>, <c>clock_exhausted</c>: no later timestamp exists (the year 10889).</exception>
    public HybridTimestamp Next()
    {
        var now = (ulong)NowMilliseconds << HybridTimestamp.CounterBits;
        var seen = Volatile.Read(ref last);
        while (true)
        {
            if (seen == ulong.MaxValue)
            {
                throw new TemporalException(ErrorKind.Internal, "clock_exhausted", "The clock has issued the last timestamp that there is.");
            }

            var next = Math.Max(now, seen + 1);
            var found = Interlocked.CompareExchange(ref last, next, seen);
            if (found == seen)
            {
                return new(next);
            }

            seen = found;
        }
    }

    /// <summary>
    /// Goes on behind a time that the caller's own verified storage says was issued or answered for. Unlike
    /// <see cref="Receive"/> it is never refused: history must be continued, however wrong the clock was that it was made with.
    /// </summary>
    public void Resume(HybridTimestamp instant)
    {
        var seen = Volatile.Read(ref last);
        while (seen < instant.Value)
        {
            var found = Interlocked.CompareExchange(ref last, instant.Value, seen);
            if (found == seen)
            {
                return;
            }

            seen = found;
        }
    }

    /// <summary>Merges a timestamp that another process issued: every later <see cref="Next"/> is after it.</summary>
    /// <exception cref="TemporalException">As <see cref="EnsureNotInFuture"/>: a clock that follows strangers anywhere can be driven to its end.</exception>
    public void Receive(HybridTimestamp remote) => RaisePast(remote);

    /// <summary>Closes a moment: once this returns, every <see cref="Next"/> is after <paramref name="instant"/>.</summary>
    /// <exception cref="TemporalException">As <see cref="EnsureNotInFuture"/>.</exception>
    public void RaisePast(HybridTimestamp instant)
    {
        EnsureNotInFuture(instant);
        Resume(instant);
    }

    /// <summary>
    /// Refuses a moment that lies beyond wall time plus <see cref="MaxClockOffset"/>, unless this clock itself is past it
    /// already: after wall time was set back, what was issued before must still be readable.
    /// </summary>
    /// <exception cref="TemporalException"><see cref="ErrorKind.Invalid"/>, <c>as_of_in_future</c>.</exception>
    public void EnsureNotInFuture(HybridTimestamp instant)
    {
        if (instant > Last && instant.Milliseconds > NowMilliseconds + (long)MaxClockOffset.TotalMilliseconds)
        {
            throw new TemporalException(
                ErrorKind.Invalid,
                ErrorCodes.AsOfInFuture,
                $"{instant} is more than {MaxClockOffset.TotalMilliseconds} ms in the future.")
            {
                Field = "asOf",
            };
        }
    }
}
