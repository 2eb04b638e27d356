using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Timelines;

namespace OrleansTemporal.Agents.Tests.Timelines;

/// <summary>Batches beside the same deltas one by one; what is refused changes nothing, what a crash cut short is completed.</summary>
public sealed class TimelineBatchTests
{
    private const string Workspace = "default";
    private const int Dimensions = 20;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task a_batch_comes_to_what_its_deltas_come_to_one_by_one(int seed)
    {
        var random = new Random(seed);
        await using var store = await DiskStore.OpenAsync(seed, new AgentOptions { GenerationBytesMax = 4_096 });
        var policy = new TimelinePolicy { CheckpointEvery = 1 + random.Next(5) };
        await DefineAsync(store, "batch", policy);
        await DefineAsync(store, "single", policy);
        for (var round = 0; round < 12; round++)
        {
            var writes = Enumerable.Range(0, 1 + random.Next(20)).Select(_ => Delta(random)).ToArray();
            var result = await store.Database.Timelines.WriteBatchAsync(CallContext.Local, Workspace, "batch", new TimelineBatch { Deltas = [.. writes] }, CancellationToken.None);
            foreach (var write in writes)
            {
                await store.Database.Timelines.WriteAsync(CallContext.Local, Workspace, "single", write, CancellationToken.None);
            }

            Assert.Equal((writes.Length, 0), (result.RecordedCount, result.KnownCount));
            if (random.Next(3) == 0)
            {
                await store.MaintainAsync();
                await store.ReopenAsync(clean: random.Next(2) == 0);
            }
        }

        var (batched, single) = (await StepsAsync(store, "batch"), await StepsAsync(store, "single"));
        Assert.Equal(single.Select(static step => step.Sequence), batched.Select(static step => step.Sequence));
        for (var i = 0; i < single.Length; i++)
        {
            Assert.Equal(single[i].Indices.ToArray(), batched[i].Indices.ToArray());
            Assert.Equal(single[i].Values.ToArray(), batched[i].Values.ToArray());
            Assert.Equal(single[i].Parents.AsEnumerable(), batched[i].Parents);
        }

        var verified = await store.Database.Timelines.VerifyAsync(CallContext.Local, Workspace, "batch", 1, 0, CancellationToken.None);
        Assert.Null(verified.Fault);
        Assert.True(verified.StateCount > 0);
    }

    [Fact]
    public async Task what_is_refused_changes_nothing()
    {
        await using var store = await HeldStore.OpenAsync();
        await DefineAsync(store, "w", new TimelinePolicy { MaxMagnitude = 10, LockedDimensions = [3], CheckpointEvery = 1 });
        await WriteAsync(store, [Set(0, 1f)]);
        var before = await StateAsync(store);
        (string Code, string Field, TimelineWrite Write)[] wrong =
        [
            (ErrorCodes.MagnitudeExceeded, "deltas[2].values", Set(0, 99f)),
            (ErrorCodes.ComponentLocked, "deltas[2].indices", Set(3, 1f)),
            (ErrorCodes.InvalidField, "deltas[2].indices", Set(Dimensions, 1f)),
            (ErrorCodes.InvalidField, "deltas[2].values", Set(0, float.NaN)),
            (ErrorCodes.ParentUnknown, "deltas[2].parent", Set(0, 1f) with { Parent = "nobody" }),
        ];
        foreach (var (code, field, write) in wrong)
        {
            var refused = await Assert.ThrowsAsync<TemporalException>(() => WriteAsync(store, [Set(0, 5f), Set(1, 5f), write]));
            Assert.Equal((code, field), (refused.Code, refused.Field));
            Assert.Equal(before, await StateAsync(store));
        }

        await WriteAsync(store, [Set(0, 5f), Set(1, 5f)]);
        var verified = await store.Database.Timelines.VerifyAsync(CallContext.Local, Workspace, "w", 1, 0, CancellationToken.None);
        Assert.Null(verified.Fault);
        Assert.Equal(3, verified.StateCount);
        await store.ReopenAsync(clean: false);
        Assert.Equal(5f, (await StateAsync(store))[1]);
    }

    [Fact]
    public async Task a_sum_that_leaves_what_is_finite_within_a_batch_is_refused()
    {
        await using var store = await HeldStore.OpenAsync();
        await DefineAsync(store, "w", new TimelinePolicy());
        var add = Set(0, float.MaxValue) with { IsAdditive = true };
        Assert.Equal("deltas[1].values", (await Assert.ThrowsAsync<TemporalException>(() => WriteAsync(store, [add, add]))).Field);
        Assert.Equal(0f, (await StateAsync(store))[0]);
    }

    [Fact]
    public async Task parents_lead_along_the_batch()
    {
        await using var store = await HeldStore.OpenAsync();
        await DefineAsync(store, "w", new TimelinePolicy());
        await WriteAsync(store, [Set(0, 1f) with { Id = "a" }, Set(0, 2f) with { Id = "b", Parent = "a" }, Set(0, 3f) with { Parent = "b", Id = "c" }]);
        await WriteAsync(store, [Set(0, 4f) with { Parent = "c" }]);
        var again = await WriteAsync(store, [Set(0, 1f) with { Id = "a" }, Set(0, 5f) with { Id = "d" }, Set(0, 6f) with { Id = "d" }]);
        Assert.Equal((1, 2), (again.RecordedCount, again.KnownCount));
        Assert.Equal(5f, (await StateAsync(store))[0]);
        Assert.Equal(ErrorCodes.ParentUnknown, (await Assert.ThrowsAsync<TemporalException>(() => WriteAsync(store, [Set(0, 7f), Set(0, 8f) with { Parent = "a" }]))).Code);
    }

    [Fact]
    public async Task a_batch_has_bounds()
    {
        await using var store = await HeldStore.OpenAsync();
        await DefineAsync(store, "w", new TimelinePolicy());
        Assert.Equal(ErrorCodes.InvalidField, (await Assert.ThrowsAsync<TemporalException>(() => WriteAsync(store, []))).Code);
        var most = Enumerable.Range(0, Limits.BatchCountMax).Select(static i => Set(i % Dimensions, i)).ToArray();
        Assert.Equal(Limits.BatchCountMax, (await WriteAsync(store, most)).RecordedCount);
        Assert.Equal(ErrorCodes.BatchTooLarge, (await Assert.ThrowsAsync<TemporalException>(() => WriteAsync(store, [.. most, Set(0, 1f)]))).Code);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task a_batch_that_a_crash_cut_short_is_completed_by_sending_it_again(int seed)
    {
        var random = new Random(seed);
        await using var store = await DiskStore.OpenAsync(seed);
        await DefineAsync(store, "w", new TimelinePolicy());
        var expected = new float[Dimensions];
        for (var round = 0; round < 8; round++)
        {
            var writes = Enumerable.Range(0, 30).Select(_ => Delta(random) with { IsAdditive = true }).ToArray();
            var call = CallContext.Local with { IdempotencyKey = $"k{round}" };
            var batch = new TimelineBatch { Deltas = [.. writes] };
            if (random.Next(2) == 0)
            {
                // As if only the first ones of it had become durable: they are sent with the stamps that the whole batch has.
                await store.Database.Timelines.WriteBatchAsync(call with { BodyDigest = Distinction.Parse(new string('7', 64)) }, Workspace, "w", batch with { Deltas = [.. writes[..random.Next(1, 30)]] }, CancellationToken.None);
                await store.ReopenAsync(clean: false);
            }

            await store.Database.Timelines.WriteBatchAsync(call with { BodyDigest = Distinction.Parse(new string('7', 64)) }, Workspace, "w", batch, CancellationToken.None);
            foreach (var write in writes)
            {
                for (var i = 0; i < write.Indices.Length; i++)
                {
                    expected[write.Indices.Span[i]] += write.Values.Span[i];
                }
            }

            Assert.Equal(expected, await StateAsync(store));
        }
    }

    private static TimelineWrite Delta(Random random)
    {
        var indices = Enumerable.Range(0, Dimensions).Where(_ => random.Next(5) == 0).ToArray();
        return new TimelineWrite { Indices = indices, Values = indices.Select(_ => (float)random.Next(-9, 9)).ToArray(), IsAdditive = random.Next(2) == 0 };
    }

    private static TimelineWrite Set(int index, float value) => new() { Indices = new[] { index }, Values = new[] { value } };

    private static async Task DefineAsync(TestStore store, string name, TimelinePolicy policy) =>
        await store.Database.Timelines.DefineAsync(CallContext.Local, Workspace, name, new TimelineDefinition(Dimensions, policy), CancellationToken.None);

    private static async Task<TimelineBatchResult> WriteAsync(TestStore store, TimelineWrite[] writes) =>
        await store.Database.Timelines.WriteBatchAsync(CallContext.Local, Workspace, "w", new TimelineBatch { Deltas = [.. writes] }, CancellationToken.None);

    private static async Task<float[]> StateAsync(TestStore store) =>
        (await store.Database.Timelines.GetStateAsync(CallContext.Local, Workspace, "w", new TimelineMoment(), CancellationToken.None)).Values.ToArray();

    private static async Task<TimelineDelta[]> StepsAsync(TestStore store, string name) =>
        [.. (await store.Database.Timelines.ListAsync(CallContext.Local, Workspace, name, new TimelineDeltaQuery { Span = new TimelineSpan(), Limit = 10_000, WithValues = true }, CancellationToken.None)).Deltas];
}
