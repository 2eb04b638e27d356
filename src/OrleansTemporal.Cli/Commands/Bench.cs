using System.Diagnostics;
using System.Globalization;
using System.Text;
using OrleansTemporal.Causality;
using OrleansTemporal.Kv;
using OrleansTemporal.Targets;

namespace OrleansTemporal.Commands;

/// <summary>Closed-loop callers: each waits for its answer before it asks again.</summary>
internal sealed class Bench(ITarget target, string ns, int concurrency, int valueBytes)
{
    private const int KeysPerCaller = 1_000;
    private const int SamplesMax = 1_000_000;

    // Keys that the first phase has written, for the second to read.
    private readonly int[] written = new int[concurrency];

    public Task<BenchResult> PutAsync(TimeSpan duration, CancellationToken cancellationToken)
    {
        var value = Encoding.UTF8.GetBytes($"{{\"v\":\"{new string('x', valueBytes - 8)}\"}}");
        return MeasureAsync("put", duration, async (caller, round) =>
        {
            var slot = round % KeysPerCaller;
            await target.PutAsync(ns, KeyOf(caller, slot), value, KvPutOptions.None, cancellationToken);
            written[caller] = Math.Max(written[caller], slot + 1);
        });
    }

    public Task<BenchResult> GetAsync(TimeSpan duration, CancellationToken cancellationToken) =>
        MeasureAsync("get", duration, (caller, round) => target.GetAsync(ns, KeyOf(caller, round % written[caller]), AsOf.Latest, cancellationToken));

    private static string KeyOf(int caller, int slot) => string.Create(CultureInfo.InvariantCulture, $"{caller:0000}-{slot:0000}");

    private async Task<BenchResult> MeasureAsync(string operation, TimeSpan duration, Func<int, int, Task> ask)
    {
        // Once before the clock runs: the first call pays for compilation and connections.
        await Task.WhenAll(Enumerable.Range(0, concurrency).Select(caller => ask(caller, 0)));

        var began = Stopwatch.GetTimestamp();
        var samples = await Task.WhenAll(Enumerable.Range(0, concurrency).Select(caller => Task.Run(() => CallAsync(caller))));
        var elapsed = Stopwatch.GetElapsedTime(began);
        var all = samples.SelectMany(one => one.Ticks).Order().ToArray();
        var count = samples.Sum(one => one.Count);
        return new BenchResult(operation, count, count / elapsed.TotalSeconds, At(0.50), At(0.99));

        TimeSpan At(double share) => TimeSpan.FromSeconds(all[(int)Math.Min(all.Length - 1, all.Length * share)] / (double)Stopwatch.Frequency);

        async Task<(List<long> Ticks, long Count)> CallAsync(int caller)
        {
            List<long> ticks = [];
            var round = 0;
            while (Stopwatch.GetElapsedTime(began) < duration)
            {
                var start = Stopwatch.GetTimestamp();
                await ask(caller, round++ & int.MaxValue);
                if (ticks.Count < SamplesMax)
                    ticks.Add(Stopwatch.GetTimestamp() - start);
            }

            return (ticks, round);
        }
    }
}
