using System.Collections.Immutable;
using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Kv;
using static OrleansTemporal.Agents.Tests.Kv.KvTestCalls;

namespace OrleansTemporal.Agents.Tests.Kv;

public sealed class KvPartitionTests
{
    private const int Partitions = 4;
    private static readonly ImmutableArray<KvOperation> Many = [.. Enumerable.Range(0, 200).Select(static i => Put($"k{i:d3}", $"{i}"))];

    [Fact]
    public async Task keys_spread_over_partitions_are_listed_in_one_order()
    {
        await using var store = await OpenAsync();
        await store.BatchAsync(Many, atomic: false);
        var expected = Many.Select(static operation => operation.Key).ToArray();
        foreach (var limit in new[] { 1, 7, 50, 200, 1_000 })
        {
            Assert.Equal(expected, await store.KeysAsync(limit: limit));
        }

        Assert.Equal(expected.Where(static key => key.StartsWith("k1", StringComparison.Ordinal)), await store.KeysAsync("k1", limit: 9));
        for (var partition = 0; partition < Partitions; partition++)
        {
            Assert.InRange((await store.Agent(Namespace, partition).GetStatsAsync(CancellationToken.None)).LiveKeyCount, 20, 90);
        }
    }

    [Fact]
    public async Task an_atomic_batch_over_partitions_is_refused_and_changes_nothing()
    {
        await using var store = await OpenAsync();
        await RefusedAsync(ErrorCodes.KeysSpanPartitions, () => store.BatchAsync(Many));
        Assert.Empty(await store.KeysAsync());
        Assert.Single((await store.BatchAsync([Put("k", "1"), Delete("k"), Put("k", "2")])).Results);
    }

    [Fact]
    public async Task bad_input_in_any_part_changes_no_partition()
    {
        await using var store = await OpenAsync();
        await RefusedAsync(ErrorCodes.MalformedJson, () => store.BatchAsync(Many.Add(Put("z", "{\"a\":}")), atomic: false));
        await RefusedAsync(ErrorCodes.InvalidKey, () => store.BatchAsync(Many.Add(Put("", "1")), atomic: false));
        Assert.Empty(await store.KeysAsync());
    }

    [Fact]
    public async Task a_retry_completes_the_parts_that_a_crash_left_out()
    {
        await using var store = await OpenAsync();
        var call = Idempotent("one");

        // The first partition's part is durable, the process dies before the others are.
        var first = await store.BatchAsync(Many, atomic: false, call);
        await store.Logs.DropAsync(new AgentId(Workspace, AgentKind.Kv, Namespace, 2), CancellationToken.None);
        await store.Logs.DropAsync(new AgentId(Workspace, AgentKind.Kv, Namespace, 3), CancellationToken.None);
        await store.ReopenAsync(clean: false);
        Assert.InRange((await store.KeysAsync()).Length, 40, 160);

        var again = await store.BatchAsync(Many, atomic: false, call);
        Assert.Equal([true, true, false, false], again.Results.Select(static result => result.Replayed));
        Assert.Equal(first.Results.Take(2).Select(static result => result.Receipt), again.Results.Take(2).Select(static result => result.Receipt));
        var third = await store.BatchAsync(Many, atomic: false, call);
        Assert.All(third.Results, static result => Assert.True(result.Replayed));
        Assert.Equal(again.Results.Select(static result => result.Receipt), third.Results.Select(static result => result.Receipt));
        Assert.Equal(Many.Length, (await store.KeysAsync()).Length);
        Assert.All(await store.HistoryAsync("k000"), static version => Assert.True(version.PreviousWriteId.IsNone));
    }

    [Fact]
    public async Task the_parts_of_one_batch_carry_one_group()
    {
        await using var store = await OpenAsync();
        await store.BatchAsync(Many, atomic: false, Idempotent("one"));
        var groups = new List<WriteGroup>();
        for (var partition = 0; partition < Partitions; partition++)
        {
            var page = await store.Agent(Namespace, partition).ReadDeltasAsync(0, 10, CancellationToken.None);
            groups.Add(DeltaRecord.Read(page.Records.Single()).Group!);
        }

        Assert.Single(groups.Select(static group => group.Id).Distinct());
        Assert.Equal([0, 1, 2, 3], groups.Select(static group => group.Index));
        Assert.All(groups, static group => Assert.Equal(Partitions, group.Size));
    }

    [Fact]
    public async Task several_keys_are_read_as_of_one_moment_over_partitions()
    {
        await using var store = await OpenAsync();
        var first = await store.BatchAsync(Many, atomic: false);
        await store.BatchAsync([.. Many.Select(static operation => operation with { Value = "\"new\""u8.ToArray() })], atomic: false);
        var keys = Many.Select(static operation => operation.Key).ToImmutableArray();
        var then = await store.Kv.GetManyAsync(CallContext.Local, Workspace, Namespace, keys, AsOf.At(first.SystemTime), CancellationToken.None);
        Assert.Equal(Many.Select(static operation => operation.Value.ToArray()), then.Select(static result => result.Version!.Value.ToArray()));
        Assert.Equal(keys, then.Select(static result => result.Version!.Key));
        var now = await store.Kv.GetManyAsync(CallContext.Local, Workspace, Namespace, keys, AsOf.Latest, CancellationToken.None);
        Assert.Single(now.Select(static result => result.SystemTime).Distinct());
        await RefusedAsync(ErrorCodes.SequenceNeedsOneAgent, () => store.Kv.GetManyAsync(CallContext.Local, Workspace, Namespace, keys, AsOf.After(1), CancellationToken.None).AsTask());
        await RefusedAsync(ErrorCodes.SequenceNeedsOneAgent, () => store.KeysAsync(asOf: AsOf.After(1)));
    }

    [Fact]
    public async Task the_number_of_partitions_is_within_its_bounds_and_kept()
    {
        await using var store = await OpenAsync();
        await RefusedAsync(ErrorCodes.InvalidField, () => PutSettingsAsync(store, "x", new KvSettings { Partitions = 0 }));
        await RefusedAsync(ErrorCodes.InvalidField, () => PutSettingsAsync(store, "x", new KvSettings { Partitions = Limits.PartitionsMax + 1 }));
        await PutSettingsAsync(store, Namespace, new KvSettings { Partitions = Partitions, Durability = Durability.Buffered });
        await store.ReopenAsync(clean: true);
        var settings = await store.Kv.GetSettingsAsync(CallContext.Local, Workspace, Namespace, CancellationToken.None);
        Assert.Equal((Partitions, Durability.Buffered), (settings.Partitions, settings.Durability));
    }

    private static async Task<HeldStore> OpenAsync()
    {
        var store = await HeldStore.OpenAsync();
        await PutSettingsAsync(store, Namespace, new KvSettings { Partitions = Partitions });
        return store;
    }

    private static Task PutSettingsAsync(TestStore store, string ns, KvSettings settings) =>
        store.Kv.PutSettingsAsync(CallContext.Local, Workspace, ns, settings, CancellationToken.None).AsTask();
}
