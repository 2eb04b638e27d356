using System.Collections.Immutable;
using System.Text;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Kv;
using OrleansTemporal.Simulation.Tests.Worlds;

namespace OrleansTemporal.Simulation.Tests.Erasures;

/// <summary>
/// Goal: over random histories of puts, batches, deletes, erasures, seals, merges, restarts and losses of power, a database
/// answers as a dictionary of lists would in which erased versions are crossed out, verifies, and has no byte of them on
/// disk in the end. A failing seed is in the message.
/// </summary>
public sealed class RandomErasureTests
{
    private const int Steps = 90;

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(200)]
    public void erased_versions_are_crossed_out_and_nothing_else_is(int first)
    {
        var erased = 0;
        for (var seed = first; seed < first + 12; seed++)
        {
            try
            {
                erased += SimulationThread.Run(() => new Run(seed).Play());
            }
            catch (Exception failure)
            {
                throw new ViolationException($"Seed {seed}: {failure.Message}", failure);
            }
        }

        Assert.True(erased > 50, $"Only {erased} versions were erased.");
    }

    private sealed class Run(int seed)
    {
        private const string Ns = "n";
        private static readonly AgentId Agent = new(Client.Workspace, AgentKind.Kv, Ns, 0);

        private readonly Random random = new(seed);
        private readonly SortedDictionary<string, List<Version>> keys = new(StringComparer.Ordinal);
        private readonly List<string> erasedValues = [];
        private Life life = LifeOf(Disk.Empty, seed, 1);
        private int values;

        public int Play()
        {
            life.Wait(life.OpenAsync());
            for (var i = 0; i < Steps; i++)
            {
                Step();
            }

            life.Wait(PurgeAsync());
            life.Wait(CheckAsync());
            Reopen(isClean: false);
            life.Wait(PurgeAsync());
            life.Wait(CheckAsync());
            life.Wait(SearchAsync());
            return erasedValues.Count;
        }

        private void Step()
        {
            switch (random.Next(100))
            {
                case < 34:
                    life.Wait(WriteAsync([Put()]));
                    break;
                case < 52:
                    life.Wait(WriteAsync([.. Enumerable.Range(0, random.Next(2, 6)).Select(_ => random.Next(6) == 0 ? Delete() : Put())]));
                    break;
                case < 64:
                    life.Wait(EraseAsync(KvErasureScope.OfKey(Ns, Key()), []));
                    break;
                case < 67:
                    var prefix = Key()[..2];
                    life.Wait(EraseAsync(KvErasureScope.OfPrefix(Ns, prefix), []));
                    break;
                case < 74:
                    life.Wait(SealAsync());
                    break;
                case < 86:
                    for (var turns = random.Next(4); turns >= 0; turns--)
                    {
                        life.Wait(life.Database.MaintainAsync(CancellationToken.None).AsTask());
                    }

                    break;
                case < 91:
                    Reopen(random.Next(2) == 0);
                    break;
                default:
                    life.Wait(CheckAsync());
                    break;
            }
        }

        private void Reopen(bool isClean)
        {
            if (isClean)
            {
                life.Wait(life.StopAsync());
            }

            life = LifeOf(new Disk(life.Files.Crash()), seed, life.Number + 1);
            life.Wait(life.OpenAsync());
        }

        private string Key() => $"k{random.Next(3)}{random.Next(4)}";

        // Some values are written again, to the same key or another.
        private KvOperation Put()
        {
            var number = random.Next(4) == 0 && values > 0 ? random.Next(values) : values++;
            return new KvOperation { Kind = KvOperationKind.Put, Key = Key(), Value = Encoding.UTF8.GetBytes($"\"value-{number:d6}-{new string((char)('a' + (number % 26)), number % 5 * 60)}\"") };
        }

        private KvOperation Delete() => new() { Kind = KvOperationKind.Delete, Key = Key(), MayBeAbsent = true };

        private async Task WriteAsync(ImmutableArray<KvOperation> operations)
        {
            KvBatchResult result;
            try
            {
                result = await life.Database.KvService.BatchAsync(
                    CallContext.Local with { IdempotencyKey = random.Next(2) == 0 ? $"{values} {random.Next()}" : null }, Client.Workspace, Ns, operations, true, KvPutOptions.None, CancellationToken.None);
            }
            catch (TemporalException refusal) when (refusal.Code is ErrorCodes.KeyNotFound or ErrorCodes.JournalFull)
            {
                await MakeRoomAsync(refusal);
                return;
            }

            for (var i = 0; i < operations.Length; i++)
            {
                var value = operations[i].Kind == KvOperationKind.Put ? Encoding.UTF8.GetString(operations[i].Value.Span) : null;
                Of(operations[i].Key).Add(new Version(result.Results[0].Outcomes[i].WriteId, result.SystemTime, value));
            }
        }

        private async Task EraseAsync(KvErasureScope scope, List<string> touched)
        {
            foreach (var (key, versions) in keys)
            {
                if ((scope.Key is null ? key.StartsWith(scope.Prefix, StringComparison.Ordinal) : key == scope.Key) && versions.Exists(static version => version.IsErasable))
                {
                    touched.Add(key);
                }
            }

            KvEraseResult result;
            try
            {
                result = await life.Database.KvService.EraseAsync(CallContext.Local, Client.Workspace, scope, CancellationToken.None);
            }
            catch (TemporalException refusal) when (refusal.Code == ErrorCodes.KeyNotFound)
            {
                ViolationException.ThrowUnless(touched.Count == 0, $"{scope.Key} was written and is not found");
                return;
            }
            catch (TemporalException refusal) when (refusal.Code == ErrorCodes.JournalFull)
            {
                await MakeRoomAsync(refusal);
                return;
            }

            ViolationException.ThrowUnless(result.KeyCount == touched.Count && result.Receipts.Length == (touched.Count > 0 ? 1 : 0), $"{result} for {touched.Count} keys");
            for (var i = 0; i < touched.Count; i++)
            {
                var versions = keys[touched[i]];
                foreach (var version in versions.Where(static version => version.IsErasable).ToArray())
                {
                    erasedValues.Add(version.Value!);
                    versions[versions.IndexOf(version)] = version with { IsErased = true };
                }

                versions.Add(new Version(new WriteId(Agent.Digest, result.Receipts[0].Sequence, (ushort)i), result.Receipts[0].SystemTime, null));
            }
        }

        private async Task MakeRoomAsync(TemporalException refusal)
        {
            for (var turns = 0; refusal.Code == ErrorCodes.JournalFull && turns < 50; turns++)
            {
                await life.Database.MaintainAsync(CancellationToken.None);
                await life.PauseAsync();
            }
        }

        private async Task CheckAsync()
        {
            var kv = life.Database.KvService;
            foreach (var (key, versions) in keys)
            {
                var history = (await kv.GetHistoryAsync(CallContext.Local, Client.Workspace, Ns, new KvHistoryQuery { Key = key, Ascending = random.Next(2) == 0, Limit = 1_000 }, CancellationToken.None)).Versions;
                var seen = history.OrderBy(static version => (version.WriteId.Sequence, version.WriteId.Ordinal)).Select(static version => new Version(
                    version.WriteId,
                    version.SystemTime,
                    version.IsDeleted || version.IsErased ? null : Encoding.UTF8.GetString(version.Value.Span))
                { IsErased = version.IsErased });
                var expected = versions.Select(static version => version.IsErased ? version with { Value = null } : version);
                ViolationException.ThrowUnless(seen.SequenceEqual(expected), $"the history of {key} is\n{string.Join('\n', seen)}\ninstead of\n{string.Join('\n', expected)}");
                ViolationException.ThrowUnless(history.All(static version => !version.IsErased || (version.Value.IsEmpty && version.DistinctionId.IsZero)), "an erased version shows something");
                Check(key, versions[^1], await kv.GetAsync(CallContext.Local, Client.Workspace, Ns, key, AsOf.Latest, CancellationToken.None));
                var some = versions[random.Next(versions.Count)];
                var then = versions.FindLast(version => version.Time <= some.Time)!;
                Check(key, then, await kv.GetAsync(CallContext.Local, Client.Workspace, Ns, key, AsOf.At(some.Time), CancellationToken.None));
            }

            var listed = (await kv.ListAsync(CallContext.Local, Client.Workspace, Ns, new KvListQuery { Limit = 1_000 }, CancellationToken.None)).Entries.Select(static entry => entry.Key);
            ViolationException.ThrowUnless(listed.SequenceEqual(keys.Where(static pair => pair.Value[^1].IsErasable).Select(static pair => pair.Key)), "the list has other keys");
            var agent = life.Database.Directory.Get<IStorageAgent>(Agent);
            var stats = await agent.GetStatsAsync(CancellationToken.None);
            var bytes = keys.Values.Sum(static versions => versions.Sum(static version => version.IsErasable ? version.Value!.Length : 0L));
            ViolationException.ThrowUnless(stats.ValueBytes == bytes && stats.LiveKeyCount == listed.Count(), $"{stats}, there are {bytes} bytes of {listed.Count()} keys");
            var report = await agent.VerifyAsync(CancellationToken.None);
            ViolationException.ThrowUnless(report.Fault is null, $"verification: {report.Fault}");
        }

        private static void Check(string key, Version expected, in KvReadResult read)
        {
            var value = read.Version is { } version ? Encoding.UTF8.GetString(version.Value.Span) : null;
            ViolationException.ThrowUnless(
                value == (expected.IsErased ? null : expected.Value) && read.IsErased == expected.IsErased, $"{key} is {value} (erased {read.IsErased}) instead of {expected}");
        }

        private async Task SearchAsync()
        {
            var kept = keys.Values.SelectMany(static versions => versions).Where(static version => version.IsErasable).Select(static version => version.Value).ToHashSet();
            var search = await StoredBytesSearch.ReadAsync(life.Files.Crash(), Agent);
            foreach (var value in erasedValues.Distinct().Where(value => !kept.Contains(value)))
            {
                search.RequireNothingOf(value);
            }

            foreach (var value in kept)
            {
                ViolationException.ThrowUnless(search.Find(Encoding.UTF8.GetBytes(value!)) is not null, $"{value} is nowhere");
            }
        }

        private async Task PurgeAsync()
        {
            var purged = life.Database.Directory.Get<IStorageAgent>(Agent).WhenPurgedAsync(CancellationToken.None).AsTask();
            for (var turns = 0; !purged.IsCompleted; turns++)
            {
                ViolationException.ThrowUnless(turns < 2_000, "the bytes never go");
                await life.Database.MaintainAsync(CancellationToken.None);
                await life.PauseAsync();
            }

            await purged;
        }

        private async Task SealAsync()
        {
            foreach (var agent in life.Database.Directory.Agents)
            {
                await agent.MaintainAsync(new MaintenanceBudget { SealEverything = true }, CancellationToken.None);
            }
        }

        private List<Version> Of(string key)
        {
            if (!keys.TryGetValue(key, out var versions))
            {
                keys[key] = versions = [];
            }

            return versions;
        }

        private static Life LifeOf(Disk disk, int seed, int number) => new(
            disk, new WorldOptions { Seed = seed, DelayChance = 0 }, (seed * 14) + number, number, new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero).AddSeconds(number), new Trace());
    }

    private sealed record Version(WriteId Id, HybridTimestamp Time, string? Value)
    {
        public bool IsErased { get; init; }

        public bool IsErasable => Value is not null && !IsErased;
    }
}
