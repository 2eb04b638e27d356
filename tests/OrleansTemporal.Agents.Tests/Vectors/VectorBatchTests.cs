using System.Collections.Immutable;
using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Catalog;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Vectors;
using static OrleansTemporal.Agents.Tests.Kv.KvTestCalls;
using static OrleansTemporal.Agents.Tests.Vectors.VectorTestCalls;

namespace OrleansTemporal.Agents.Tests.Vectors;

/// <summary>Goal: a batch over several partitions is refused before any part of it is written, or it is ended, whatever dies in between.</summary>
public sealed class VectorBatchTests
{
    private const int Partitions = 4;

    private static readonly ImmutableArray<VectorOperation> Twenty = [.. Enumerable.Range(0, 20).Select(static i => Put($"v{i}", [i, 0, 0]))];
    private static readonly float[] Same = [1, 2, 3];
    private static readonly SlotMap Slots = SlotMap.Even(Partitions);

    [Fact]
    public async Task the_end_of_what_is_not_there_changes_no_partition_though_the_batch_has_a_key()
    {
        await using var store = await OpenAsync();
        for (var partition = 0; partition < Partitions; partition++)
        {
            var missing = IdOf(partition);
            await RefusedAsync(ErrorCodes.KeyNotFound, () => BatchAsync(store, "k", [.. Twenty, Remove(missing)]));
            Assert.Equal(0, (await store.StatsAsync()).VersionCount);
        }

        // Nothing was begun, so the key is free.
        Assert.False((await BatchAsync(store, "k", [.. Twenty, Put("more", [1, 1, 1]), Remove("more")])).Replayed);
        Assert.Equal(20, (await store.StatsAsync()).Count);
    }

    [Fact]
    public async Task a_key_that_one_partition_knows_of_another_batch_changes_no_partition()
    {
        await using var store = await OpenAsync();
        await BatchAsync(store, "k", [Put(IdOf(2), [1, 2, 3])]);
        await RefusedAsync(ErrorCodes.IdempotencyKeyReused, () => BatchAsync(store, "k", Twenty));
        Assert.Equal(1, (await store.StatsAsync()).VersionCount);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task a_retry_ends_what_a_crash_between_two_parts_left_though_others_went_on(bool isSealed)
    {
        await using var store = await OpenAsync();
        await BatchAsync(store, "first", Twenty);
        if (isSealed)
        {
            await SealAsync(store);
        }

        ImmutableArray<VectorOperation> ends = [.. Enumerable.Range(0, 20).Select(static i => Remove($"v{i}")), Put("new", [1, 2, 3])];
        var whole = await BatchAsync(store, "k", ends);
        await CrashBetweenAsync(store, whole, 2);
        var left = Enumerable.Range(0, 20).Select(static i => $"v{i}").Where(static id => Slots.PartitionOf(id) >= 2).ToArray();
        Assert.Equal(left.Length + (Slots.PartitionOf("new") < 2 ? 1 : 0), (await store.StatsAsync()).Count);

        // What the batch still has to end is ended by somebody else.
        await store.Set().DeleteAsync(left[0]);
        await store.Set().DeleteAsync(left[^1]);
        var again = await BatchAsync(store, "k", ends);
        Assert.False(again.Replayed);
        Assert.Equal(whole.Receipts.Take(2).Select(static receipt => receipt.Sequence), again.Receipts.Take(2).Select(static receipt => receipt.Sequence));
        Assert.Equal(ends.Select(static operation => operation.Id), again.Outcomes.Select(static outcome => outcome.Id));
        Assert.Equal(1, (await store.StatsAsync()).Count);
        var third = await BatchAsync(store, "k", ends);
        Assert.True(third.Replayed);
        Assert.Equal(again.Outcomes.Select(static outcome => outcome.WriteId), third.Outcomes.Select(static outcome => outcome.WriteId));
        Assert.Equal(["new"], await store.Set().NearestAsync([1, 2, 3]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task batches_that_are_refused_or_torn_leave_what_a_list_of_writes_says(int seed)
    {
        var random = new Random(seed);
        await using var store = await OpenAsync();
        var model = new Dictionary<string, float>();
        for (var step = 0; step < 80; step++)
        {
            ImmutableArray<VectorOperation> batch = [.. Enumerable.Range(0, 1 + random.Next(8)).Select(i => Next(random, step * 10 + i))];
            if (!Fits(model, batch))
            {
                await RefusedAsync(ErrorCodes.KeyNotFound, () => BatchAsync(store, $"{step}", batch));
            }
            else
            {
                var written = await BatchAsync(store, $"{step}", batch);
                if (written.Receipts.Length > 1 && random.Next(3) == 0)
                {
                    var kept = 1 + random.Next(written.Receipts.Length - 1);
                    await CrashBetweenAsync(store, written, kept);
                    var last = written.Receipts[kept - 1].Agent.Partition;
                    Apply(model, batch.Where(operation => Slots.PartitionOf(operation.Id) <= last));
                    await CompareAsync(store, model);
                    var between = Next(random, step * 10 + 9);
                    if (Fits(model, [between]))
                    {
                        await BatchAsync(store, $"{step} between", [between]);
                        Apply(model, [between]);
                    }

                    await BatchAsync(store, $"{step}", batch);
                    Apply(model, batch.Where(operation => Slots.PartitionOf(operation.Id) > last));
                }
                else
                {
                    Apply(model, batch);
                }

                Assert.True((await BatchAsync(store, $"{step}", batch)).Replayed);
            }

            await CompareAsync(store, model);
        }
    }

    [Fact]
    public async Task a_partition_takes_a_million_vectors_and_a_batch_that_would_be_more_changes_no_partition()
    {
        await using var store = await OpenAsync();
        var number = 0;
        for (var count = 0; count < Limits.VectorsMax; count += Limits.BatchCountMax)
        {
            var batch = ImmutableArray.CreateBuilder<VectorOperation>(Limits.BatchCountMax);
            for (; batch.Count < Limits.BatchCountMax; number++)
            {
                if (Slots.PartitionOf($"{number}") == 3)
                {
                    batch.Add(Put($"{number}", Same));
                }
            }

            await store.Set().PutManyAsync(batch.MoveToImmutable());
        }

        await RefusedAsync(ErrorCodes.CollectionFull, () => store.Set().PutAsync(IdOf(3), Same).AsTask());
        await RefusedAsync(ErrorCodes.CollectionFull, () => BatchAsync(store, "k", Twenty));
        Assert.Equal((Limits.VectorsMax, Limits.VectorsMax, 1), ((await store.StatsAsync()).Count, (await store.StatsAsync()).VersionCount, (await store.StatsAsync()).RowCount));

        // What replaces and what ends needs no room.
        var first = Enumerable.Range(0, number).Select(static i => $"{i}").First(static id => Slots.PartitionOf(id) == 3);
        await store.Set().PutAsync(first, Same);
        await BatchAsync(store, "swap", [Remove(first), Put(IdOf(3), Same), Put(first, Same), Remove(IdOf(3))]);
        await store.Set().DeleteAsync(first);
        await store.Set().PutAsync(IdOf(3), Same);
    }

    private static async Task<HeldStore> OpenAsync()
    {
        var store = await HeldStore.OpenAsync();
        await store.Set().CreateAsync(Small() with { Partitions = Partitions });
        return store;
    }

    // The first parts are durable, and the process dies before the others are.
    private static async Task CrashBetweenAsync(HeldStore store, VectorBatchResult written, int kept)
    {
        foreach (var receipt in written.Receipts.Skip(kept))
        {
            store.Logs.Forget(receipt.Agent, receipt.Sequence - 1);
        }

        await store.ReopenAsync(clean: false);
    }

    private static async Task SealAsync(HeldStore store)
    {
        for (var partition = 0; partition < Partitions; partition++)
        {
            var agent = store.Database.Directory.Get<VectorAgent>(new AgentId("default", AgentKind.Vectors, Name, partition));
            while (await agent.MaintainAsync(new MaintenanceBudget { SealEverything = true }, CancellationToken.None))
            {
            }
        }
    }

    private static VectorOperation Next(Random random, int number)
    {
        var id = $"v{random.Next(24)}";
        return random.Next(4) == 0 ? Remove(id) : Put(id, [number, 1, 1]);
    }

    private static bool Fits(Dictionary<string, float> model, ImmutableArray<VectorOperation> batch)
    {
        var there = model.Keys.ToHashSet();
        return batch.All(operation => operation.IsDelete ? there.Remove(operation.Id) : there.Add(operation.Id) || true);
    }

    private static void Apply(Dictionary<string, float> model, IEnumerable<VectorOperation> operations)
    {
        foreach (var operation in operations)
        {
            if (operation.IsDelete)
            {
                model.Remove(operation.Id);
            }
            else
            {
                model[operation.Id] = operation.Vector.Span[0];
            }
        }
    }

    private static async Task CompareAsync(HeldStore store, Dictionary<string, float> model)
    {
        Assert.Equal(model.Count, (await store.StatsAsync()).Count);
        for (var i = 0; i < 24; i++)
        {
            var version = await store.Set().GetAsync($"v{i}");
            Assert.Equal(model.TryGetValue($"v{i}", out var value) ? (float?)value : null, version?.Vector.Span[0]);
        }
    }

    private static string IdOf(int partition) => Enumerable.Range(0, int.MaxValue).Select(static i => $"x{i}").First(id => Slots.PartitionOf(id) == partition);

    private static Task<VectorBatchResult> BatchAsync(TestStore store, string key, ImmutableArray<VectorOperation> operations) =>
        store.Database.VectorService.BatchAsync(Idempotent(key), "default", Name, operations, CancellationToken.None).AsTask();
}
