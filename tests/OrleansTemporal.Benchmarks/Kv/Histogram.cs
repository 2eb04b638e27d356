namespace OrleansTemporal.Benchmarks.Kv;

/// <summary>Counts latencies in steps of 10 µs up to 10 s. Thread-safe.</summary>
internal sealed class Histogram
{
    private const int StepMicroseconds = 10;
    private readonly long[] buckets = new long[1_000_000];
    private long count;

    public long Count => Volatile.Read(ref count);

    public void Add(TimeSpan latency)
    {
        var bucket = (int)Math.Min(latency.TotalMicroseconds / StepMicroseconds, buckets.Length - 1);
        Interlocked.Increment(ref buckets[bucket]);
        Interlocked.Increment(ref count);
    }

    public TimeSpan Percentile(double share)
    {
        var rank = (long)(Count * share);
        for (var i = 0; i < buckets.Length; i++)
        {
            rank -= buckets[i];
            if (rank < 0)
            {
                return TimeSpan.FromMicroseconds((i + 1) * StepMicroseconds);
            }
        }

        return TimeSpan.MaxValue;
    }
}
