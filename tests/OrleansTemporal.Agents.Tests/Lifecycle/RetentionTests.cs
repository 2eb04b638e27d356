using System.Collections.Immutable;
using System.Text;
using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Kv;
using OrleansTemporal.Lifecycle;

namespace OrleansTemporal.Agents.Tests.Lifecycle;

/// <summary>
/// Goal: what policy lets go is gone, everything else answers as it did, nothing is answered about the time before, and
/// every root still verifies.
/// </summary>
public sealed class RetentionTests
{
    private const string Workspace = "default";
    private const string Namespace = "n";

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(3, 3)]
    [InlineData(4, 3)]
    public async Task what_is_kept_answers_as_it_did_and_nothing_is_answered_about_before(int seed, int partitions)
    {
        var random = new Random(seed);
        await using var store = await HeldStore.OpenAsync(new AgentOptions { GenerationBytesMax = 4_000, MemoryBytesMax = 10_000, CacheBytesMax = 20_000 });
        await KeepAsync(store, TimeSpan.FromDays(10));
        var model = new RetentionModel();
        for (var day = 0; day < 45; day++)
        {
            await WriteDayAsync(store, model, random, day);
            store.Time.Set(store.Time.GetUtcNow() + TimeSpan.FromDays(1));
            if (day == 20 && partitions > 1)
            {
                await store.Kv.PutSettingsAsync(CallContext.Local, Workspace, Namespace, (await store.Kv.GetSettingsAsync(CallContext.Local, Workspace, Namespace, CancellationToken.None)) with { Partitions = partitions }, CancellationToken.None);
            }

            if (random.Next(2) == 0)
            {
                await RunAsync(store, LifecycleProcess.Consolidation);
            }

            if (random.Next(4) == 0)
            {
                await RunAsync(store, LifecycleProcess.Distillation);
            }

            for (var turns = random.Next(5); turns > 0 && await store.Database.MaintainAsync(CancellationToken.None); turns--)
            {
                // Some of what is due.
            }

            if (random.Next(12) == 0)
            {
                await store.ReopenAsync(clean: random.Next(2) == 0);
            }

            if (day % 15 == 13)
            {
                await CheckAsync(store, model, random, partitions);
            }
        }

        await RunAsync(store, LifecycleProcess.Consolidation);
        await RunAsync(store, LifecycleProcess.Distillation);
        Assert.True((await store.Kv.GetHistoryAsync(CallContext.Local, Workspace, Namespace, new KvHistoryQuery { Key = "k0" }, CancellationToken.None)).KeptFrom.Value > 0);
        await CheckAsync(store, model, random, partitions);
        await store.ReopenAsync(clean: false);
        await CheckAsync(store, model, random, partitions);
        Assert.Equal(0, (await RunAsync(store, LifecycleProcess.Distillation))["removedVersions"]);
    }

    [Fact]
    public async Task bytes_go_and_a_dry_run_says_about_how_many()
    {
        await using var store = await HeldStore.OpenAsync(new AgentOptions { GenerationBytesMax = 60_000, MemoryBytesMax = 10_000, CacheBytesMax = 1 << 20 });
        var random = new Random(5);
        for (var i = 0; i < 1_500; i++)
        {
            await PutAsync(store, $"k{i % 50}", $"\"{Convert.ToHexString(Bytes(random, 200))}\"");
        }

        store.Time.Set(store.Time.GetUtcNow() + TimeSpan.FromDays(5));
        await PutAsync(store, "k0", "1");
        await RunAsync(store, LifecycleProcess.Consolidation);
        Assert.Equal(0, (await RunAsync(store, LifecycleProcess.Distillation))["candidates"]);
        await KeepAsync(store, TimeSpan.FromDays(1));
        var before = await store.Agent(Namespace).GetStatusAsync(CancellationToken.None);
        var stats = await store.Agent(Namespace).GetStatsAsync(CancellationToken.None);
        var dry = await RunAsync(store, LifecycleProcess.Distillation, isDryRun: true);
        Assert.Equal(before, await store.Agent(Namespace).GetStatusAsync(CancellationToken.None));
        Assert.Equal((1_450, 1_450), (dry["candidates"], dry["removedVersions"]));

        var wet = await RunAsync(store, LifecycleProcess.Distillation);
        Assert.Equal(1_450, wet["removedVersions"]);
        var after = await store.Agent(Namespace).GetStatusAsync(CancellationToken.None);
        var freed = SegmentBytes(before) - SegmentBytes(after);
        Assert.InRange(freed, SegmentBytes(before) / 2, SegmentBytes(before));
        Assert.InRange(dry["bytesBefore"] - dry["bytesAfter"], freed * 0.7, freed * 1.3);
        var kept = await store.Agent(Namespace).GetStatsAsync(CancellationToken.None);
        Assert.Equal((stats.LiveKeyCount, stats.VersionCount - 1_450), (kept.LiveKeyCount, kept.VersionCount));
        Assert.Equal(51 * 402 - 401, kept.ValueBytes);
        Assert.All(await store.Database.Agents.VerifyAsync(CallContext.Local, Workspace, CancellationToken.None), static report => Assert.Null(report.Fault));
        var state = await store.Database.Lifecycle.GetAsync(CallContext.Local, Workspace, CancellationToken.None);
        Assert.Equal(1_450, Assert.Single(state.Runs, static run => run.Process == LifecycleProcess.Distillation).Counts["removedVersions"]);
    }

    [Fact]
    public async Task the_manifest_says_of_each_segment_and_run_what_it_holds_wherever_it_went()
    {
        await using var store = await HeldStore.OpenAsync(new AgentOptions { GenerationBytesMax = 3_000, MemoryBytesMax = 3_000, CacheBytesMax = 1 << 20 });
        await KeepAsync(store, TimeSpan.FromDays(30));
        var random = new Random(8);
        for (var day = 0; day < 70; day++)
        {
            for (var i = 0; i < 6; i++)
            {
                await PutAsync(store, $"k{random.Next(20)}", $"\"{Convert.ToHexString(Bytes(random, 40))}\"");
            }

            store.Time.Set(store.Time.GetUtcNow() + TimeSpan.FromDays(1));
            if (day % 3 == 0)
            {
                await RunAsync(store, LifecycleProcess.Consolidation);
            }
        }

        Assert.True((await RunAsync(store, LifecycleProcess.Distillation))["removedVersions"] > 100);
        await store.MaintainAsync();
        var manifest = (await store.Services.Manifests.LoadAsync(store.Agent(Namespace).Id, CancellationToken.None))!.Manifest;
        Assert.Equal(3, manifest.Segments.Select(static segment => segment.Tier).Distinct().Count());
        foreach (var segment in manifest.Segments)
        {
            var reader = await store.Services.Segments.OpenAsync(segment, CancellationToken.None);
            var records = (await reader.ReadRangeAsync(segment.FirstSequence - 1, int.MaxValue, CancellationToken.None)).Records.Select(static record => DeltaRecord.Read(record)).ToArray();
            Assert.Equal(
                (segment.RecordCount, segment.FirstSequence, segment.LastSequence, segment.MinTime, segment.MaxTime, segment.RawBytes),
                (records.Length, records[0].Sequence, records[^1].Sequence, records[0].SystemTime, records[^1].SystemTime, records.Sum(static record => (long)record.Bytes.Length)));
        }

        foreach (var run in manifest.Runs)
        {
            var reader = await store.Services.Runs.OpenAsync(run, CancellationToken.None);
            var (entries, keys) = (0, new List<byte[]>());
            var cursor = reader.OpenCursor();
            while (await cursor.MoveNextAsync(CancellationToken.None))
            {
                entries++;
                if (keys.Count == 0 || !cursor.Key.SequenceEqual(keys[^1]))
                {
                    keys.Add(cursor.Key.ToArray());
                }
            }

            Assert.Equal((run.EntryCount, run.KeyCount), (entries, keys.Count));
            if (entries > 0)
            {
                Assert.Equal((Convert.ToHexString(run.FirstKey.Span), Convert.ToHexString(run.LastKey.Span)), (Convert.ToHexString(keys[0]), Convert.ToHexString(keys[^1])));
            }
        }
    }

    [Fact]
    public async Task a_segment_of_which_little_may_go_is_left_alone()
    {
        await using var store = await HeldStore.OpenAsync(new AgentOptions());
        await KeepAsync(store, TimeSpan.FromDays(1));
        var first = await PutAsync(store, "k0", "0");
        for (var i = 1; i < 20; i++)
        {
            await PutAsync(store, $"k{i}", "0");
        }

        await PutAsync(store, "k0", "1");
        store.Time.Set(store.Time.GetUtcNow() + TimeSpan.FromDays(3));
        await RunAsync(store, LifecycleProcess.Consolidation);
        var counts = await RunAsync(store, LifecycleProcess.Distillation);
        Assert.Equal((21, 1, 0), (counts["versions"], counts["candidates"], counts["removedVersions"]));
        var read = await store.Kv.GetAsync(CallContext.Local, Workspace, Namespace, "k0", AsOf.At(first), CancellationToken.None);
        Assert.Equal("0", Encoding.UTF8.GetString(read.Version!.Value.Span));
    }

    [Fact]
    public async Task the_first_rule_that_is_for_a_namespace_holds()
    {
        await using var store = await HeldStore.OpenAsync(new AgentOptions());
        await store.Database.Lifecycle.SetPolicyAsync(
            CallContext.Local,
            Workspace,
            new LifecyclePolicy
            {
                Retention =
                [
                    new RetentionRule { Match = "kv/n", Keep = TimeSpan.FromDays(100) },
                    new RetentionRule { Match = "kv/log*", Keep = TimeSpan.FromDays(2) },
                ],
            },
            CancellationToken.None);
        foreach (var ns in new[] { Namespace, "logs", "other" })
        {
            await PutAsync(store, "k", "1", ns);
            await PutAsync(store, "k", "2", ns);
        }

        store.Time.Set(store.Time.GetUtcNow() + TimeSpan.FromDays(30));
        await RunAsync(store, LifecycleProcess.Consolidation);
        Assert.Equal(1, (await RunAsync(store, LifecycleProcess.Distillation))["removedVersions"]);
        foreach (var (ns, count) in new[] { (Namespace, 2), ("logs", 1), ("other", 2) })
        {
            var history = await store.Kv.GetHistoryAsync(CallContext.Local, Workspace, ns, new KvHistoryQuery { Key = "k" }, CancellationToken.None);
            Assert.Equal((count, count == 1), (history.Versions.Length, history.KeptFrom.Value > 0));
        }
    }

    [Fact]
    public async Task what_is_due_goes_by_itself()
    {
        await using var store = await HeldStore.OpenAsync(new AgentOptions());
        await KeepAsync(store, TimeSpan.FromDays(1));
        await PutAsync(store, "k", "1");
        await PutAsync(store, "k", "2");
        await store.Database.RunDueAsync(CancellationToken.None);
        store.Time.Set(store.Time.GetUtcNow() + TimeSpan.FromDays(2));
        await store.Database.RunDueAsync(CancellationToken.None);
        store.Time.Set(store.Time.GetUtcNow() + TimeSpan.FromHours(2));
        await store.Database.RunDueAsync(CancellationToken.None);
        var history = await store.Kv.GetHistoryAsync(CallContext.Local, Workspace, Namespace, new KvHistoryQuery { Key = "k" }, CancellationToken.None);
        Assert.Equal("2", Encoding.UTF8.GetString(Assert.Single(history.Versions).Value.Span));
    }

    [Fact]
    public async Task an_erasure_meets_what_was_let_go()
    {
        await using var store = await HeldStore.OpenAsync(new AgentOptions());
        await KeepAsync(store, TimeSpan.FromDays(1));
        ImmutableArray<KvOperation> operations = [Put("a", "\"a1\""), Put("b", "\"b1\""), Put("c", "\"c1\"")];
        await store.Kv.BatchAsync(CallContext.Local, Workspace, Namespace, operations, atomic: true, KvPutOptions.None, CancellationToken.None);
        await PutAsync(store, "a", "\"a2\"");
        store.Time.Set(store.Time.GetUtcNow() + TimeSpan.FromDays(3));
        await RunAsync(store, LifecycleProcess.Consolidation);
        Assert.Equal(1, (await RunAsync(store, LifecycleProcess.Distillation))["removedVersions"]);
        await store.Kv.EraseAsync(CallContext.Local, Workspace, KvErasureScope.OfKey(Namespace, "b"), CancellationToken.None);
        await store.Kv.EraseAsync(CallContext.Local, Workspace, KvErasureScope.OfKey(Namespace, "a"), CancellationToken.None);
        await store.MaintainAsync();
        await store.ReopenAsync(clean: true);
        foreach (var (key, value) in new[] { ("a", null), ("b", null), ("c", "\"c1\"") })
        {
            var read = await store.Kv.GetAsync(CallContext.Local, Workspace, Namespace, key, AsOf.Latest, CancellationToken.None);
            Assert.Equal(value, read.Version is { } version ? Encoding.UTF8.GetString(version.Value.Span) : null);
        }

        Assert.All(await store.Database.Agents.VerifyAsync(CallContext.Local, Workspace, CancellationToken.None), static report => Assert.Null(report.Fault));
    }

    private static async Task WriteDayAsync(TestStore store, RetentionModel model, Random random, int day)
    {
        for (var i = random.Next(1, 6); i > 0; i--)
        {
            var key = $"k{random.Next(12)}";
            var value = $"\"{day} {new string((char)('a' + random.Next(26)), random.Next(150))}\"";
            switch (random.Next(6))
            {
                case 0 when model.Keys.Contains(key) && model.At(key, store.Services.Clock.Last) is not null:
                    var deleted = await store.Kv.DeleteAsync(CallContext.Local, Workspace, Namespace, key, KvPutOptions.None, CancellationToken.None);
                    model.Add(key, null, deleted.Receipt.SystemTime);
                    break;
                case 1:
                    var ending = await store.Kv.PutAsync(
                        CallContext.Local, Workspace, Namespace, key, Encoding.UTF8.GetBytes(value), new KvPutOptions { TimeToLive = TimeSpan.FromDays(random.Next(1, 8)) }, CancellationToken.None);
                    model.Add(key, value, ending.Receipt.SystemTime, ending.Outcomes[0].ExpiresAt);
                    break;
                case 2:
                    var names = Enumerable.Range(0, 4).Select(_ => $"k{random.Next(12)}").ToArray();
                    var batch = await store.Kv.BatchAsync(
                        CallContext.Local, Workspace, Namespace, [.. names.Select(name => Put(name, value))], atomic: false, KvPutOptions.None, CancellationToken.None);
                    foreach (var outcome in batch.Results.SelectMany(static result => result.Outcomes.Select(outcome => (outcome.Key, result.Receipt.SystemTime))))
                    {
                        model.Add(outcome.Key, value, outcome.SystemTime);
                    }

                    break;
                default:
                    model.Add(key, value, await PutAsync(store, key, value));
                    break;
            }

            store.Time.Advance(TimeSpan.FromMinutes(random.Next(300)));
        }
    }

    private static async Task CheckAsync(TestStore store, RetentionModel model, Random random, int partitions)
    {
        var floors = new List<HybridTimestamp>();
        foreach (var key in model.Keys)
        {
            foreach (var ascending in new[] { true, false })
            {
                var query = new KvHistoryQuery { Key = key, Ascending = ascending, Limit = random.Next(1, 4) };
                var rows = new List<KvVersion>();
                KvHistoryPage page;
                var from = HybridTimestamp.Zero;
                do
                {
                    page = await store.Kv.GetHistoryAsync(CallContext.Local, Workspace, Namespace, query, CancellationToken.None);
                    rows.AddRange(page.Versions);
                    query = query with { Cursor = page.Next };
                    from = HybridTimestamp.Max(from, page.KeptFrom);
                }
                while (!page.Next.IsNone);

                var texts = rows.Select(static version => version.IsDeleted ? "-" : Encoding.UTF8.GetString(version.Value.Span));
                floors.Add(from);

                // Where a key has moved, more may be kept than is promised, and never with a gap.
                var shown = (ascending ? texts : texts.Reverse()).ToList();
                Assert.Equal(model.History(key, HybridTimestamp.Zero, page.SystemTime).TakeLast(shown.Count), shown);
                Assert.InRange(shown.Count - model.History(key, from, page.SystemTime).Count, 0, partitions == 1 ? 0 : int.MaxValue);
            }
        }

        var kept = floors.Max();
        foreach (var time in model.Times.Concat(model.Times.Select(static time => new HybridTimestamp(time.Value - 1))).OrderBy(_ => random.Next()).Take(60))
        {
            var key = model.Keys.ElementAt(random.Next(model.Keys.Count()));
            try
            {
                var read = await store.Kv.GetAsync(CallContext.Local, Workspace, Namespace, key, AsOf.At(time), CancellationToken.None);
                Assert.Equal(model.At(key, time), read.Version is { } version ? Encoding.UTF8.GetString(version.Value.Span) : null);
            }
            catch (TemporalException gone) when (gone.Code == ErrorCodes.HistoryExpired)
            {
                Assert.True(time < kept, $"{time} is kept from {kept} on");
                await RefusedAsync(() => store.Kv.GetHistoryAsync(CallContext.Local, Workspace, Namespace, new KvHistoryQuery { Key = key, From = time }, CancellationToken.None).AsTask());
                await RefusedAsync(() => store.Kv.ListAsync(CallContext.Local, Workspace, Namespace, new KvListQuery { AsOf = AsOf.At(time) }, CancellationToken.None).AsTask());
                continue;
            }

            if (time >= kept)
            {
                var list = await store.Kv.ListAsync(CallContext.Local, Workspace, Namespace, new KvListQuery { AsOf = AsOf.At(time) }, CancellationToken.None);
                Assert.Equal(model.Keys.Where(name => model.At(name, time) is not null).Order(StringComparer.Ordinal), list.Entries.Select(static entry => entry.Key));
            }
        }

        Assert.All(await store.Database.Agents.VerifyAsync(CallContext.Local, Workspace, CancellationToken.None), static report => Assert.Null(report.Fault));
    }

    private static async Task RefusedAsync(Func<Task> read) =>
        Assert.Equal(ErrorCodes.HistoryExpired, (await Assert.ThrowsAsync<TemporalException>(read)).Code);

    private static ValueTask<Receipt> KeepAsync(TestStore store, TimeSpan keep) => store.Database.Lifecycle.SetPolicyAsync(
        CallContext.Local, Workspace, new LifecyclePolicy { Retention = [new RetentionRule { Match = "kv/*", Keep = keep }] }, CancellationToken.None);

    private static async Task<IReadOnlyDictionary<string, long>> RunAsync(TestStore store, LifecycleProcess process, bool isDryRun = false) =>
        (await store.Database.Lifecycle.RunAsync(CallContext.Local, Workspace, process, isDryRun, progress: null, CancellationToken.None)).Counts;

    private static async Task<HybridTimestamp> PutAsync(TestStore store, string key, string value, string ns = Namespace) =>
        (await store.Kv.PutAsync(CallContext.Local, Workspace, ns, key, Encoding.UTF8.GetBytes(value), KvPutOptions.None, CancellationToken.None)).Receipt.SystemTime;

    private static KvOperation Put(string key, string value) => new() { Kind = KvOperationKind.Put, Key = key, Value = Encoding.UTF8.GetBytes(value) };

    private static long SegmentBytes(AgentStatus status) => status.WarmBytes + status.ColdBytes + status.DeepBytes;

    private static byte[] Bytes(Random random, int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }
}
