using System.Collections.Immutable;
using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Catalog;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Kv;
using static OrleansTemporal.Agents.Tests.Kv.KvTestCalls;

namespace OrleansTemporal.Agents.Tests.Kv;

/// <summary>What a split promises, one by one.</summary>
public sealed class KvSplitPromiseTests
{
    private static readonly ImmutableArray<KvOperation> Many = [.. Enumerable.Range(0, 100).Select(static i => Put($"k{i:d3}", $"{i}"))];

    [Fact]
    public async Task a_moved_key_keeps_its_tag_its_chain_and_its_past()
    {
        await using var store = await OpenAsync(1);
        var first = await store.BatchAsync(Many);
        await SpreadAsync(store, 4);
        var key = MovedKey();
        var old = first.Results[0].Outcomes.Single(outcome => outcome.Key == key);
        await RefusedAsync(ErrorCodes.PreconditionFailed, () => store.PutAsync(key, "\"x\"", new KvPutOptions { IfMatch = new WriteId(1, 1, 1) }));
        var next = await store.PutAsync(key, "\"new\"", new KvPutOptions { IfMatch = old.WriteId });
        Assert.NotEqual(first.Results[0].Receipt.Agent, next.Receipt.Agent);
        Assert.Equal(old.WriteId, next.Outcomes[0].PreviousWriteId);
        Assert.Equal([old.WriteId, next.Outcomes[0].WriteId], (await store.HistoryAsync(key)).Select(static version => version.WriteId));
        Assert.NotEqual("\"new\"", await store.GetAsync(key, AsOf.At(first.SystemTime)));
        await store.ReopenAsync(clean: false);
        Assert.Equal("\"new\"", await store.GetAsync(key));
        Assert.Equal(Many.Length, (await store.KeysAsync()).Length);
        var statuses = await store.Database.Agents.GetAsync(CallContext.Local, Workspace, AgentKind.Kv, Namespace, CancellationToken.None);
        Assert.Equal(4, statuses.Length);
    }

    [Fact]
    public async Task a_batch_that_was_atomic_is_refused_once_its_keys_are_apart_but_its_retry_is_answered()
    {
        await using var store = await OpenAsync(1);
        var first = await store.BatchAsync(Many, atomic: true, Idempotent("one"));
        await SpreadAsync(store, 3);
        await RefusedAsync(ErrorCodes.KeysSpanPartitions, () => store.BatchAsync(Many, atomic: true, Idempotent("two")));
        var again = await store.BatchAsync(Many, atomic: true, Idempotent("one"));
        Assert.Equal(first.Results[0].Receipt, Assert.Single(again.Results).Receipt);
        await RefusedAsync(ErrorCodes.IdempotencyKeyReused, () => store.BatchAsync(Many.RemoveAt(0), atomic: false, Idempotent("one")));
    }

    [Fact]
    public async Task a_retry_after_many_moves_asks_each_place_once_for_each_move()
    {
        // Asking every earlier place at every place would double with each move: this would not end.
        await using var store = await OpenAsync(1);
        var first = await store.BatchAsync(Many, atomic: true, Idempotent("one"));
        for (var move = 0; move < 40; move++)
        {
            await SpreadAsync(store, 1 + ((move + 1) % 3));
        }

        var again = await store.BatchAsync(Many, atomic: false, Idempotent("one"));
        Assert.Equal(
            first.Results[0].Outcomes.Select(static outcome => outcome.WriteId.ToString()).Order(StringComparer.Ordinal),
            again.Results.SelectMany(static result => result.Outcomes).Select(static outcome => outcome.WriteId.ToString()).Order(StringComparer.Ordinal));
        await store.BatchAsync(Many, atomic: false, Idempotent("two"));
        Assert.All(await store.HistoryAsync("k007"), static version => Assert.Equal("7", System.Text.Encoding.UTF8.GetString(version.Value.Span)));
    }

    [Theory]
    [InlineData(2, 5)]
    [InlineData(5, 2)]
    [InlineData(3, 1)]
    [InlineData(4, 4)]
    public async Task a_retry_completes_the_parts_that_a_crash_left_out_wherever_the_keys_are_by_then(int before, int after)
    {
        await using var store = await OpenAsync(before);
        var call = Idempotent("one");
        var first = await store.BatchAsync(Many, atomic: false, call);
        for (var partition = 1; partition < before; partition++)
        {
            await store.Logs.DropAsync(new AgentId(Workspace, AgentKind.Kv, Namespace, partition), CancellationToken.None);
        }

        await store.ReopenAsync(clean: false);
        var left = (await store.KeysAsync()).Length;
        Assert.InRange(left, 1, Many.Length - 1);
        await SpreadAsync(store, after);
        var second = await store.BatchAsync(Many, atomic: false, call);
        Assert.Equal(first.Results[0].Receipt, second.Results.First(static result => result.Replayed).Receipt);
        await SpreadAsync(store, before);
        var third = await store.BatchAsync(Many, atomic: false, call);
        Assert.All(third.Results, static result => Assert.True(result.Replayed));
        Assert.Equal(Show(second), Show(third));
        Assert.Equal(Many.Select(static operation => operation.Key), await store.KeysAsync());
        foreach (var operation in Many)
        {
            Assert.Single(await store.HistoryAsync(operation.Key));
        }

        static IEnumerable<string> Show(KvBatchResult result) =>
            result.Results.SelectMany(static part => part.Outcomes).Select(static outcome => $"{outcome.Key} {outcome.WriteId}").Order(StringComparer.Ordinal);
    }

    [Fact]
    public async Task a_list_after_many_moves_asks_each_agent_once_and_knows_who_wrote_last()
    {
        // Asking at every step back who had the slot before, each group of slots by itself, takes seconds here.
        await using var store = await OpenAsync(1);
        await store.BatchAsync(Many);
        var random = new Random(1);
        var expected = Many.ToDictionary(static operation => operation.Key, static _ => true);
        HybridTimestamp middle = default;
        string[] before = [];
        for (var move = 0; move < 300; move++)
        {
            await SpreadAsync(store, random.Next(1, 7));
            var key = Many[random.Next(Many.Length)].Key;
            if (random.Next(3) == 0 && expected[key])
            {
                await store.Kv.DeleteAsync(CallContext.Local, Workspace, Namespace, key, KvPutOptions.None, CancellationToken.None);
                expected[key] = false;
            }
            else
            {
                await store.PutAsync(key, $"{move}");
                expected[key] = true;
            }

            if (move == 150)
            {
                (middle, before) = (store.Services.Clock.Next(), Living());
            }
        }

        Assert.Equal(Living(), await store.KeysAsync());
        var page = await store.Kv.ListAsync(CallContext.Local, Workspace, Namespace, new KvListQuery { AsOf = AsOf.At(middle), Limit = 1_000 }, CancellationToken.None);
        Assert.Equal(before, page.Entries.Select(static entry => entry.Key));

        string[] Living() => [.. expected.Where(static pair => pair.Value).Select(static pair => pair.Key).Order(StringComparer.Ordinal)];
    }

    [Fact]
    public async Task who_meets_a_move_that_was_left_half_done_finishes_it()
    {
        for (var steps = 0; steps <= 3; steps++)
        {
            await using var store = await OpenAsync(1);
            await store.BatchAsync(Many);
            var catalog = store.Database.Directory.Get<ICatalogAgent>(SystemAgents.CatalogOf(Workspace));
            var entry = (await catalog.FindAsync(AgentKind.Kv, Namespace, AsOf.Latest, CancellationToken.None))!;
            var placement = KvPlacement.Of(entry);
            var goal = placement.Slots.Spread(2);
            var change = new CatalogChange
            {
                Kind = AgentKind.Kv,
                Name = Namespace,
                Settings = (placement with { Move = goal, AgentCount = 2 }).AddTo(KvSettingsCodec.Encode(new KvSettings())),
            };
            await catalog.ChangeAsync(change, CancellationToken.None);
            var order = new KvTransferOrder { MapVersion = goal.Version, Slots = placement.Slots.MovedTo(goal, 0, 1), Peer = store.Agent(Namespace, 1).Id };
            if (steps > 0)
            {
                var handOver = await store.Agent(Namespace).HandOverAsync(order, CancellationToken.None);
                var again = await store.Agent(Namespace).HandOverAsync(order, CancellationToken.None);
                Assert.Equal((handOver.Sequence, handOver.SystemTime), (again.Sequence, again.SystemTime));
                if (steps > 1)
                {
                    var takeOver = await store.Agent(Namespace, 1).TakeOverAsync(order with { Peer = store.Agent(Namespace).Id, HandOver = handOver }, CancellationToken.None);
                    Assert.True(takeOver.SystemTime > handOver.SystemTime);
                }
            }

            if (steps is 0 or 3)
            {
                await store.ReopenAsync(clean: false);
            }

            var written = await store.PutAsync(MovedKey(2), "\"new\"");
            Assert.Equal(1, written.Receipt.Agent.Partition);
            Assert.Equal(Many.Length, (await store.KeysAsync()).Length);
            Assert.Equal(2, (await store.Kv.GetSettingsAsync(CallContext.Local, Workspace, Namespace, CancellationToken.None)).Partitions);
        }
    }

    [Fact]
    public async Task writers_and_readers_go_on_while_partitions_come_and_go()
    {
        await using var store = await OpenAsync(1);
        using var stop = new CancellationTokenSource();
        var writers = Enumerable.Range(0, 4).Select(writer => Task.Run(async () =>
        {
            var counts = new int[10];
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                var key = $"w{writer}-{i % counts.Length}";
                counts[i % counts.Length]++;
                await store.PutAsync(key, $"{counts[i % counts.Length]}");
                Assert.Equal($"{counts[i % counts.Length]}", await store.GetAsync(key));
            }

            return counts;
        })).ToArray();
        foreach (var partitions in new[] { 2, 4, 1, 3, 8, 2, 1 })
        {
            await SpreadAsync(store, partitions);
        }

        await stop.CancelAsync();
        for (var writer = 0; writer < writers.Length; writer++)
        {
            var counts = await writers[writer];
            for (var i = 0; i < counts.Length; i++)
            {
                Assert.Equal(Enumerable.Range(1, counts[i]).Select(static n => $"{n}"), (await store.HistoryAsync($"w{writer}-{i}")).Take(counts[i]).Select(static version => System.Text.Encoding.UTF8.GetString(version.Value.Span)));
            }
        }
    }

    // A key whose slot is another partition's after the spread.
    private static string MovedKey(int partitions = 4) => Many.Select(static operation => operation.Key).First(key => SlotMap.Single.Spread(partitions).PartitionOf(key) != 0);

    private static async Task<HeldStore> OpenAsync(int partitions)
    {
        var store = await HeldStore.OpenAsync();
        await SpreadAsync(store, partitions);
        return store;
    }

    private static Task SpreadAsync(TestStore store, int partitions) =>
        store.Kv.PutSettingsAsync(CallContext.Local, Workspace, Namespace, new KvSettings { Partitions = partitions }, CancellationToken.None).AsTask();
}
