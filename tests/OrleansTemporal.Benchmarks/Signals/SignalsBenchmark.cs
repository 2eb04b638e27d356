using System.Buffers;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Text;
using OrleansTemporal.Agents;
using OrleansTemporal.Benchmarks.Kv;
using OrleansTemporal.Benchmarks.Macro;
using OrleansTemporal.Causality;
using OrleansTemporal.Hosting;
using OrleansTemporal.Signals;

namespace OrleansTemporal.Benchmarks.Signals;

/// <summary>What an event, a score and a ranking cost, in a few cache lines and in millions of them; and events that are durable.</summary>
public sealed class SignalsBenchmark : IMacroBenchmark
{
    private const int Types = 5;
    private const int HotEntities = 16;
    private const long Second = 1_000_000_000;

    private static readonly SignalWindow[] Windows = [Window(TimeSpan.FromHours(1)), Window(TimeSpan.FromHours(24)), Window(TimeSpan.FromDays(7))];

    private static readonly SignalSchema Schema = new()
    {
        Types = [.. Enumerable.Range(0, Types).Select(static i => new SignalType { Name = $"t{i}", HalfLife = TimeSpan.FromDays(7), Windows = [TimeSpan.FromHours(1), TimeSpan.FromHours(24), TimeSpan.FromDays(7)] })],
    };

    // What the processor must not find out to be of no use.
    private double sink;

    public string Name => "signals";

    public string Description => "signals: event, score, full read, ranking, hot and cold, checkpoint, memory; durable events [entities 1000000] [rounds 5] [seconds 5]";

    public async Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        var (entities, rounds, seconds) = (KvBench.Argument(args, 0, 1_000_000), KvBench.Argument(args, 1, 5), KvBench.Argument(args, 2, 5));
        MeasureMemory();
        MeasureTable(entities, rounds);
        await MeasureDurableAsync(entities, seconds, cancellationToken);
        Console.WriteLine($"({sink:E1})");
        return 0;
    }

    private void MeasureTable(int entities, int rounds)
    {
        var ids = Enumerable.Range(0, entities).Select(static i => Encoding.UTF8.GetBytes($"user-{i:D8}")).ToArray();
        var table = NewTable();
        var now = 1_767_322_845 * Second;
        var random = new Random(1);
        var start = Stopwatch.GetTimestamp();
        foreach (var id in ids)
        {
            var entity = table.Enter(id);
            for (var type = 0; type < Types; type++)
            {
                table.Record(entity, type, 1, new EventTime(now), new EventTime(now));
            }
        }

        Console.WriteLine($"{table.StateCount:N0} states in {Stopwatch.GetElapsedTime(start).TotalSeconds:N2} s, {table.Bytes / entities:N0} bytes an entity with {Types} signals");

        // A week of history for those that are hot: every ring is full.
        for (var minute = 7 * 24 * 60; minute >= 0; minute--)
        {
            for (var entity = 0; entity < 200; entity++)
            {
                table.Record(entity, 0, 1, new EventTime(now - (minute * 60 * Second)), new EventTime(now));
            }
        }

        var cold = Enumerable.Range(0, 1_000_000).Select(_ => random.Next(entities)).ToArray();
        Measure("event, interned, hot", rounds, 1_000_000, count =>
        {
            for (var i = 0; i < count; i++)
            {
                table.Record(i & (HotEntities - 1), 0, 1, new EventTime(now += 1_000), new EventTime(now));
            }
        });
        Measure("event, interned, cold", rounds, cold.Length, count =>
        {
            for (var i = 0; i < count; i++)
            {
                table.Record(cold[i], i % Types, 1, new EventTime(now += 1_000), new EventTime(now));
            }
        });
        Measure("event, by its id, hot", rounds, 1_000_000, count =>
        {
            for (var i = 0; i < count; i++)
            {
                table.Record(table.Enter(ids[i & (HotEntities - 1)]), 0, 1, new EventTime(now += 1_000), new EventTime(now));
            }
        });
        Measure("event, by its id, cold", rounds, cold.Length, count =>
        {
            for (var i = 0; i < count; i++)
            {
                table.Record(table.Enter(ids[cold[i]]), i % Types, 1, new EventTime(now += 1_000), new EventTime(now));
            }
        });
        var at = new EventTime(now + (3_600 * Second));
        Measure("score, interned, hot", rounds, 1_000_000, count =>
        {
            for (var i = 0; i < count; i++)
            {
                sink += table.ScoreOf(i & (HotEntities - 1), 0, 0, at);
            }
        });
        Measure("score, interned, cold", rounds, cold.Length, count =>
        {
            for (var i = 0; i < count; i++)
            {
                sink += table.ScoreOf(cold[i], i % Types, 0, at);
            }
        });
        var (scores, counts) = (new double[1], new SignalCount[Windows.Length]);
        Measure("full read, three windows, rings full, hot", rounds, 1_000_000, count =>
        {
            for (var i = 0; i < count; i++)
            {
                sink += table.Read(i & (HotEntities - 1), 0, at, scores, Windows, counts).Sum;
            }
        });
        Measure("full read, three windows, little history, hot", rounds, 1_000_000, count =>
        {
            for (var i = 0; i < count; i++)
            {
                sink += table.Read(i & (HotEntities - 1), 1, at, scores, Windows, counts).Sum;
            }
        });
        Measure("full read, three windows, cold", rounds, cold.Length, count =>
        {
            for (var i = 0; i < count; i++)
            {
                sink += table.Read(cold[i], i % Types, at, scores, Windows, counts).Sum;
            }
        });
        var profile = new SignalMeasure.Profile([new SignalSummand(0, 0, 1), new SignalSummand(1, 0, 20)]);
        Measure("ranking of 200 candidates, interned, one score, hot", rounds, 5_000, count =>
        {
            for (var i = 0; i < 200 * count; i++)
            {
                sink += table.ScoreOf(i % 200, 0, 0, at);
            }
        });
        Measure("ranking of 200 candidates, interned, profile of two, hot", rounds, 5_000, count =>
        {
            for (var i = 0; i < 200 * count; i++)
            {
                sink += profile.Of(table, i % 200, at);
            }
        });
        Measure($"leaders, 10 of {entities:N0} by score, from the list", rounds, 20, count =>
        {
            for (var i = 0; i < count; i++)
            {
                sink += table.Top(new SignalMeasure.Score(0, 0), at, 10)[0].Value;
            }
        });
        Measure($"leaders, 10 of {entities:N0} by events of an hour", rounds, 1, _ => sink += table.Top(new SignalMeasure.Count(0, Windows[0]), at, 10).Count);
        MeasureCheckpoint(table, rounds);
    }

    private static void MeasureCheckpoint(SignalTable table, int rounds)
    {
        var written = new ArrayBufferWriter<byte>(1 << 26);
        var snapshot = table.Cut();
        var start = Stopwatch.GetTimestamp();
        for (var first = 0; table.Write(snapshot, first, 256, written); first += 256)
        {
        }

        table.Release(snapshot);
        Console.WriteLine($"checkpoint of {table.StateCount:N0} states: {Stopwatch.GetElapsedTime(start).TotalSeconds:N2} s, {written.WrittenCount >> 20} MiB");
        var times = new List<double>();
        for (var round = 0; round < Math.Min(rounds, 3); round++)
        {
            var restored = NewTable();
            start = Stopwatch.GetTimestamp();
            restored.Restore(written.WrittenSpan);
            times.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        Console.WriteLine($"restore of {table.StateCount:N0} states: median {KvBench.Median(times):N2} s");
    }

    private static void MeasureMemory()
    {
        const int Entities = 1_000_000;
        foreach (var events in (int[])[1, 2, 10, 100])
        {
            var table = NewTable();
            for (var i = 0; i < Entities / events; i++)
            {
                var entity = table.Enter(Encoding.UTF8.GetBytes($"user-{i:D8}"));
                for (var j = 0; j < events; j++)
                {
                    table.Record(entity, 0, 1, new EventTime((i + (j * 3_000)) * Second), EventTime.MaxValue);
                }
            }

            Console.WriteLine($"memory: {table.Bytes / table.EntityCount:N0} bytes an entity with one signal and {events} events, 50 minutes apart");
        }
    }

    private static async Task MeasureDurableAsync(int entities, int seconds, CancellationToken cancellationToken)
    {
        var folder = KvBench.NewFolder("signals");
        try
        {
            var recorded = 0L;
            await using (var database = await KvBench.OpenAsync(folder))
            {
                var ledger = database.Signals("bench");
                await ledger.DefineAsync(Schema, cancellationToken);
                var names = Enumerable.Range(0, entities).Select(static i => $"user-{i:D8}").ToArray();
                var made = Enumerable.Range(0, 4).Select(caller => BatchesOf(names, new Random(caller))).ToArray();
                var (start, used) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
                await Task.WhenAll(Enumerable.Range(0, 4).Select(caller => Task.Run(
                    async () =>
                    {
                        var batches = made[caller];
                        for (var i = 0; Stopwatch.GetElapsedTime(start).TotalSeconds < seconds; i++)
                        {
                            var result = await ledger.RecordAsync(batches[i % batches.Length], cancellationToken);
                            Interlocked.Add(ref recorded, result.Accepted);
                        }
                    },
                    cancellationToken)));
                var cost = (Environment.CpuUsage.TotalTime - used).TotalNanoseconds / recorded;
                Console.WriteLine($"durable events, batches of {Limits.BatchCountMax:N0}, 4 callers: {recorded / Stopwatch.GetElapsedTime(start).TotalSeconds:N0}/s, {cost:N0} ns of processor each");
            }

            var opening = Stopwatch.GetTimestamp();
            await using var again = await KvBench.OpenAsync(folder);
            var info = await again.SignalService.GetAsync(CallContext.Local, "default", "bench", cancellationToken);
            Console.WriteLine($"opened again after {recorded:N0} events, {info.Stats.StateCount:N0} states: {Stopwatch.GetElapsedTime(opening).TotalSeconds:N2} s");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static ImmutableArray<SignalEvent>[] BatchesOf(string[] names, Random random) =>
    [
        .. Enumerable.Range(0, 8).Select(_ => Enumerable.Range(0, Limits.BatchCountMax)
            .Select(_ => new SignalEvent { Entity = names[random.Next(names.Length)], Signal = $"t{random.Next(Types)}" }).ToImmutableArray()),
    ];

    private static void Measure(string what, int rounds, int count, Action<int> action)
    {
        var times = new List<double>();
        for (var round = 0; round <= rounds; round++)
        {
            // Of the processor, not of the clock: the machine has others to serve.
            var start = Environment.CpuUsage.TotalTime;
            action(count);
            times.Add((Environment.CpuUsage.TotalTime - start).TotalNanoseconds / count);
        }

        // The first round warms up.
        var measured = times.Skip(1).Order().ToArray();
        Console.WriteLine($"{what}: median {measured[measured.Length / 2]:N1} ns, best {measured[0]:N1}, worst {measured[^1]:N1}");
    }

    private static SignalTable NewTable()
    {
        var table = new SignalTable();
        table.Define(SignalDecays.Of(Schema));
        return table;
    }

    private static SignalWindow Window(TimeSpan time) => SignalWindow.TryFrom(time, out var window) ? window : throw new InvalidOperationException("No window.");
}
