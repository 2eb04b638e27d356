namespace OrleansTemporal.Storage.Caching;

/// <summary>A counter that many threads raise without sharing a cache line.</summary>
internal sealed class StripedCounter
{
    private const int StripeCount = 16;
    private const int StripeStride = 8;
    private readonly long[] stripes = new long[(StripeCount + 1) * StripeStride];

    public long Value
    {
        get
        {
            var sum = 0L;
            for (var i = 1; i <= StripeCount; i++)
            {
                sum += Volatile.Read(ref stripes[i * StripeStride]);
            }

            return sum;
        }
    }

    public void Increment() =>
        Interlocked.Increment(ref stripes[((Environment.CurrentManagedThreadId & (StripeCount - 1)) + 1) * StripeStride]);
}
