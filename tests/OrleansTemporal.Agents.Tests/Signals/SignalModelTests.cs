using System.Collections.Immutable;
using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Causality;
using OrleansTemporal.Signals;
using static OrleansTemporal.Agents.Tests.Signals.SignalTestCalls;

namespace OrleansTemporal.Agents.Tests.Signals;

/// <summary>
/// Goal: a ledger answers every question as the formulas over the list of all events would, whatever is sealed, merged, closed
/// or crashed in between; memory is what recovery makes, byte by byte; and an answer about the past never changes.
/// </summary>
public sealed class SignalModelTests
{
    private const int Steps = 150;
    private static readonly string[] Names = ["a", "b", "c", "d", "e"];

    [Fact]
    public Task a_ledger_answers_as_the_list_of_its_events_would() => Campaign.RunAsync(
        "a_ledger_answers_as_the_list_of_its_events_would",
        TimeSpan.FromSeconds(8),
        async seed =>
        {
            var options = new AgentOptions { GenerationBytesMax = 400 << (seed % 6) };
            await using TestStore store = seed % 2 == 0 ? await HeldStore.OpenAsync(options) : await DiskStore.OpenAsync(seed, options);
            await new Run(store, seed).RunAsync();
        });

    private sealed class Run(TestStore store, int seed)
    {
        private readonly Random random = new(seed);
        private readonly int partitions = 1 + (seed % 3 == 0 ? 2 : 0);
        private readonly List<(SignalEvent Event, EventTime Time, HybridTimestamp Known)> events = [];
        private readonly Dictionary<(string Entity, string Signal, string Id), long> ids = [];
        private readonly List<(SignalQuery Query, SignalReading Answer)> given = [];
        private SignalLedger ledger = null!;

        public async Task RunAsync()
        {
            ledger = await store.DefineAsync(partitions: partitions);
            for (var step = 0; step < Steps; step++)
            {
                switch (random.Next(13))
                {
                    case < 6:
                        await RecordAsync();
                        break;
                    case 6:
                        store.Time.Set(store.Time.GetUtcNow() + TimeSpan.FromMinutes(Math.Pow(10, random.Next(0, 4)) * random.NextDouble()));
                        break;
                    case 7:
                        await AskAsync();
                        break;
                    case 8:
                        await AskAboutThenAsync();
                        break;
                    case 9:
                        await RankAsync();
                        break;
                    case 10:
                        await store.MaintainAsync();
                        break;
                    case 11:
                        await CoolAsync();
                        break;
                    default:
                        await ReopenAsync();
                        break;
                }
            }

            await AskAsync();
            await ReopenAsync();
            foreach (var (query, answer) in given)
            {
                var again = (await ReadAsync(query)).Readings[0];
                Assert.Equal(Describe(answer), Describe(again));
            }

            var reports = await store.Database.Agents.VerifyAsync(CallContext.Local, Workspace, CancellationToken.None);
            Assert.All(reports, static report => Assert.Null(report.Fault));
        }

        private async Task RecordAsync()
        {
            var batch = Enumerable.Range(0, random.Next(1, 8)).Select(_ => new SignalEvent
            {
                Entity = Names[random.Next(Names.Length)],
                Signal = random.Next(3) == 0 ? "buy" : "view",
                Weight = random.Next(3) == 0 ? 1 : random.NextDouble() * 10,
                Time = random.Next(4) == 0 ? null : store.Ago(TimeSpan.FromMinutes(random.Next(5) == 0 ? -random.Next(1_440) : random.Next(3) == 0 ? random.Next(20_000) : random.Next(90))),
                Id = random.Next(3) == 0 ? $"i{random.Next(6)}" : null,
            }).ToImmutableArray();
            var result = await ledger.RecordAsync(batch);
            var repeats = 0;
            foreach (var part in batch.GroupBy(one => PartitionOf(one.Entity)).OrderBy(static part => part.Key).Zip(result.Results))
            {
                var known = part.Second.Receipt.SystemTime;
                foreach (var one in part.First)
                {
                    if (one.Id is { } id && ids.TryGetValue((one.Entity, one.Signal, id), out var before) && known.Milliseconds - before <= 86_400_000)
                    {
                        repeats++;
                        continue;
                    }

                    if (one.Id is { } first)
                    {
                        ids[(one.Entity, one.Signal, first)] = known.Milliseconds;
                    }

                    events.Add((one, one.Time ?? EventTime.Of(known), known));
                }
            }

            Assert.Equal((batch.Length - repeats, repeats), (result.Accepted, result.Duplicates));
        }

        private async Task AskAsync()
        {
            var answer = await ReadAsync(new SignalQuery { Entities = [.. Names, "nobody"], At = random.Next(2) == 0 ? null : SomeTime() });
            foreach (var reading in answer.Readings)
            {
                Agree(reading, answer.At, HybridTimestamp.MaxValue);
            }
        }

        private async Task AskAboutThenAsync()
        {
            if (events.Count == 0)
            {
                return;
            }

            var query = new SignalQuery
            {
                Entities = [Names[random.Next(Names.Length)]],
                At = random.Next(2) == 0 ? null : SomeTime(),
                AsOf = AsOf.At(random.Next(3) == 0 ? store.Database.SystemTime : events[random.Next(events.Count)].Known),
            };
            var answer = await ReadAsync(query);
            Agree(answer.Readings[0], answer.At, query.AsOf.SystemTime!.Value);
            given.Add((query, answer.Readings[0]));
        }

        private async Task RankAsync()
        {
            var at = random.Next(2) == 0 ? store.Now() : SomeTime();
            var count = random.Next(1, 7);
            var top = await ledger.TopAsync(new SignalTopQuery { Signal = "view", K = count, At = at });
            var expected = Names.Select(name => (Name: name, Score: ScoreOf(name, "view", TimeSpan.FromDays(7), at, HybridTimestamp.MaxValue)))
                .Where(static rank => rank.Score > 0).OrderByDescending(static rank => rank.Score).ThenBy(static rank => rank.Name, StringComparer.Ordinal).ToArray();
            Assert.All(top.Zip(expected), static pair => Assert.Equal(pair.Second.Score, pair.First.Value, pair.Second.Score * 1e-9));
            Assert.Equal(Math.Min(count, expected.Length), top.Length);
        }

        // Down the tiers or up again: merges of checkpoints, and no answer changes.
        private async Task CoolAsync()
        {
            var agent = store.AgentOf(random.Next(partitions));
            for (var i = 0; i < 20 && (await agent.CoolAsync(CoolOrders.Random(random, store.Database.SystemTime), CancellationToken.None)).HasMore; i++)
            {
            }
        }

        private async Task ReopenAsync()
        {
            var agents = Enumerable.Range(0, partitions).Select(partition => store.AgentOf(partition)).ToArray();
            var before = await Task.WhenAll(agents.Select(static agent => agent.GetStateAsync().AsTask()));
            await store.ReopenAsync(random.Next(2) == 0);
            ledger = store.SignalsOf();
            for (var partition = 0; partition < partitions; partition++)
            {
                Assert.Equal(before[partition], await store.AgentOf(partition).GetStateAsync());
            }
        }

        private ValueTask<SignalAnswer> ReadAsync(SignalQuery query) => store.Database.SignalService.ReadAsync(CallContext.Local, Workspace, Ledger, query, CancellationToken.None);

        private EventTime SomeTime() => store.Ago(TimeSpan.FromMinutes((random.NextDouble() * 30_000) - 1_000));

        private int PartitionOf(string entity) => OrleansTemporal.Catalog.SlotMap.Even(partitions).PartitionOf(entity);

        private IEnumerable<(SignalEvent Event, EventTime Time, HybridTimestamp Known)> Of(string entity, string signal, EventTime at, HybridTimestamp known) =>
            events.Where(one => one.Event.Entity == entity && one.Event.Signal == signal && one.Time <= at && one.Known <= known);

        private double ScoreOf(string entity, string signal, TimeSpan halfLife, EventTime at, HybridTimestamp known) =>
            Of(entity, signal, at, known).Sum(one => one.Event.Weight * Math.Pow(2, -(at.Nanoseconds - one.Time.Nanoseconds) / (halfLife.Ticks * 100.0)));

        private void Agree(SignalReading reading, EventTime at, HybridTimestamp known)
        {
            foreach (var values in reading.Signals)
            {
                var all = Of(reading.Entity, values.Signal, at, known).ToArray();
                Assert.Equal(all.Length, values.Count);
                Assert.Equal(all.Length == 0 ? null : all.Max(static one => one.Time), values.LastEvent);
                foreach (var score in values.Scores)
                {
                    var expected = ScoreOf(reading.Entity, values.Signal, score.HalfLife.Time, at, known);
                    Assert.Equal(expected, score.Value, Math.Max(expected, 1e-6) * 1e-9);
                }

                foreach (var window in values.Windows)
                {
                    var inside = all.Where(one => one.Time >= window.Start).ToArray();
                    Assert.Equal(inside.Length, window.Count);
                    Assert.Equal(inside.Sum(static one => one.Event.Weight), window.Sum, 1e-6);
                }
            }
        }

        private static string Describe(SignalReading reading) => System.Text.Json.JsonSerializer.Serialize(reading);
    }
}
