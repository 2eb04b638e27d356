namespace OrleansTemporal.Patterns;

/// <summary>
/// Finds the matches of a pattern in points that come in the order of event times. Whether there is a match at a time depends
/// on the points of twice the pattern's time before it and nothing else, so it may begin anywhere. Memory for the points of
/// that time; not thread-safe.
/// </summary>
public sealed class PatternMatcher(PatternKind kind, int count, long within)
{
    private readonly Dictionary<string, Track> tracks = new(StringComparer.Ordinal);
    private readonly Queue<Waiting> waiting = new();

    /// <summary>Takes a point in.</summary>
    /// <param name="time">Its event time, not before the last one's.</param>
    /// <param name="key">The tags that points of a match share.</param>
    /// <param name="isFirst">Whether it is what the pattern begins with.</param>
    /// <param name="isThen">Whether it is what follows.</param>
    /// <param name="value">Its value.</param>
    /// <returns>The match that it completes; null for none.</returns>
    public PatternMatch? Feed(long time, string key, bool isFirst, bool isThen, double value)
    {
        if (!tracks.TryGetValue(key, out var track))
        {
            tracks[key] = track = new Track();
        }

        return kind switch
        {
            PatternKind.FollowedBy => Follow(track, time, key, isFirst, isThen, value),
            PatternKind.NotFollowedBy => Wait(track, time, key, isFirst, isThen, value),
            _ => isFirst ? Repeat(track, time, key, value) : null,
        };
    }

    /// <summary>The next match of what nothing has followed.</summary>
    /// <param name="before">Moments before this one are certain: whatever comes has this time at least.</param>
    /// <returns>Null when there is none before that moment.</returns>
    public PatternMatch? Expire(long before)
    {
        while (waiting.TryPeek(out var first) && (first.IsOver || End(first.Time) < before))
        {
            waiting.Dequeue();
            if (!first.IsOver)
            {
                first.IsOver = true;
                return new PatternMatch(first.Key, End(first.Time), first.Value, first.Time);
            }
        }

        return null;
    }

    // So many of the last points within the time, which those up to the one before were not.
    private PatternMatch? Repeat(Track track, long time, string key, double value)
    {
        track.Times.Enqueue(time);
        if (track.Times.Count > count)
        {
            track.Times.Dequeue();
        }

        var isReached = track.Times.Count == count && IsAfter(track.Times.Peek(), time);
        var isNew = !(track.WasReached && IsAfter(track.Last, time));
        (track.WasReached, track.Last) = (isReached, time);
        return isReached && isNew ? new PatternMatch(key, time, value, track.Times.Peek()) : null;
    }

    // The point that follows, when one that began it came since the last that followed.
    private PatternMatch? Follow(Track track, long time, string key, bool isFirst, bool isThen, double value)
    {
        if (track.Now != time)
        {
            track.Begun = track.BeginsNow ? track.Now : track.Begun;
            track.Followed = track.FollowsNow ? track.Now : track.Followed;
            (track.Now, track.BeginsNow, track.FollowsNow) = (time, false, false);
        }

        PatternMatch? match = null;
        if (isThen && !track.FollowsNow)
        {
            var isMeant = track.Begun is { } begun && End(begun) >= time && !(track.Followed > begun);
            match = isMeant ? new PatternMatch(key, time, value, track.Begun!.Value) : null;
            track.FollowsNow = true;
        }

        track.BeginsNow |= isFirst;
        return match;
    }

    private PatternMatch? Wait(Track track, long time, string key, bool isFirst, bool isThen, double value)
    {
        while (isThen && track.Open.TryPeek(out var first) && first.Time < time)
        {
            track.Open.Dequeue();

            // What was over before this point came is found when time has come to it.
            first.IsOver |= End(first.Time) >= time;
        }

        if (isFirst && track.Newest != time)
        {
            var open = new Waiting(time, key, value);
            track.Newest = time;
            track.Open.Enqueue(open);
            waiting.Enqueue(open);
        }

        return null;
    }

    // Within the time before another, not as far as the time itself.
    private bool IsAfter(long time, long other) => (Int128)time > (Int128)other - within;

    private long End(long time) => time > long.MaxValue - within ? long.MaxValue : time + within;

    private sealed class Track
    {
        public Queue<long> Times { get; } = new();

        public Queue<Waiting> Open { get; } = new();

        public bool WasReached { get; set; }

        public long Last { get; set; } = long.MinValue;

        public long? Now { get; set; }

        public bool BeginsNow { get; set; }

        public bool FollowsNow { get; set; }

        public long? Begun { get; set; }

        public long? Followed { get; set; }

        public long? Newest { get; set; }
    }

    private sealed class Waiting(long time, string key, double value)
    {
        public long Time => time;

        public string Key => key;

        public double Value => value;

        public bool IsOver { get; set; }
    }
}
