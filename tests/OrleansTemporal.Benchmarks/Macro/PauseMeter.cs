using System.Diagnostics;

namespace OrleansTemporal.Benchmarks.Macro;

/// <summary>
/// How late a thread that only waits is woken: what the machine and the collector take from anybody, to stand beside the
/// longest time that something was held.
/// </summary>
internal sealed class PauseMeter : IDisposable
{
    private static readonly TimeSpan Nap = TimeSpan.FromMilliseconds(1);

    private readonly Thread thread;
    private readonly ManualResetEvent isOver = new(false);
    private long longestTicks;

    public PauseMeter()
    {
        thread = new Thread(Measure) { IsBackground = true, Name = "pauses" };
        thread.Start();
    }

    /// <summary>The latest waking so far.</summary>
    public TimeSpan Longest => TimeSpan.FromTicks(Volatile.Read(ref longestTicks));

    /// <inheritdoc/>
    public void Dispose()
    {
        isOver.Set();
        thread.Join();
        isOver.Dispose();
    }

    private void Measure()
    {
        for (var asleep = Stopwatch.GetTimestamp(); !isOver.WaitOne(Nap); asleep = Stopwatch.GetTimestamp())
        {
            var late = Stopwatch.GetElapsedTime(asleep) - Nap;
            Volatile.Write(ref longestTicks, Math.Max(longestTicks, late.Ticks));
        }
    }
}
