using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Lifecycle;
using OrleansTemporal.Timelines;

namespace OrleansTemporal.Agents.Tests.Timelines;

/// <summary>Which steps carry a hash of the state that they stand on: by their count, by what they have come to, and through restarts.</summary>
public sealed class CheckpointTests
{
    private const string Workspace = "default";
    private const string Name = "w";
    private const int Dimensions = 8;

    private static readonly AgentId Agent = new(Workspace, AgentKind.Timelines, Name, 0);

    [Fact]
    public async Task a_state_is_hashed_once_the_steps_since_the_last_hash_come_to_more_than_the_policy_says()
    {
        await using var store = await HeldStore.OpenAsync();
        await DefineAsync(store, new TimelinePolicy { CheckpointMagnitude = 9 });
        foreach (var _ in Enumerable.Range(0, 10))
        {
            await AddAsync(store, 3f);
        }

        // The definition is delta 1. Behind 5 they have come to 12, behind 9 to 12 since the state that 6 stands on.
        Assert.Equal([6, 10], await HashedAsync(store));
    }

    [Fact]
    public async Task the_count_is_asked_as_well_and_alone_where_no_magnitude_is_given()
    {
        await using var store = await HeldStore.OpenAsync();
        await DefineAsync(store, new TimelinePolicy { CheckpointEvery = 3, CheckpointMagnitude = 50 });
        foreach (var value in new float[] { 1, 1, 1, 60, 1, 1, 1, 1 })
        {
            await AddAsync(store, value);
        }

        Assert.Equal([4, 6, 9], await HashedAsync(store));
        await DefineAsync(store, new TimelinePolicy { CheckpointEvery = 3 });
        foreach (var value in new float[] { 1, 60, 60, 60 })
        {
            await AddAsync(store, value);
        }

        Assert.Equal([4, 6, 9, 13], await HashedAsync(store));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task the_steps_that_are_hashed_are_those_of_a_model_through_batches_and_restarts(int seed)
    {
        var random = new Random(seed);
        var policy = new TimelinePolicy { CheckpointEvery = 5 + random.Next(3), CheckpointMagnitude = 25 + (random.NextDouble() * 10) };
        await using var store = await DiskStore.OpenAsync(seed, new AgentOptions { GenerationBytesMax = 2_048 });
        await DefineAsync(store, policy);
        var (count, length, sequence, state) = (0, 0d, 1L, new float[Dimensions]);
        var (expected, byMagnitude) = (new List<long>(), 0);
        for (var round = 0; round < 40; round++)
        {
            var writes = Enumerable.Range(0, 1 + random.Next(6)).Select(_ => Delta(random)).ToArray();
            foreach (var write in writes)
            {
                var next = state.ToArray();
                DeltaVector.Create(Dimensions, write.Indices.Span, write.Values.Span).SetIn(next);
                var own = DeltaMagnitude.Of(state, next, Dimensions).L2Norm;
                (sequence, state) = (sequence + 1, next);
                var isLong = length > policy.CheckpointMagnitude;
                if (count + 1 >= policy.CheckpointEvery || isLong)
                {
                    expected.Add(sequence);
                    (count, length) = (0, own);
                    byMagnitude += isLong ? 1 : 0;
                }
                else
                {
                    (count, length) = (count + 1, length + own);
                }
            }

            if (random.Next(2) == 0)
            {
                await store.Database.Timelines.WriteBatchAsync(CallContext.Local, Workspace, Name, new TimelineBatch { Deltas = [.. writes] }, CancellationToken.None);
            }
            else
            {
                foreach (var write in writes)
                {
                    await store.Database.Timelines.WriteAsync(CallContext.Local, Workspace, Name, write, CancellationToken.None);
                }
            }

            if (random.Next(4) == 0)
            {
                await store.MaintainAsync();
                await store.ReopenAsync(clean: random.Next(2) == 0);
            }
        }

        Assert.Equal(expected, await HashedAsync(store));
        Assert.InRange(byMagnitude, 1, expected.Count - 1);
        Assert.Null((await store.Database.Timelines.VerifyAsync(CallContext.Local, Workspace, Name, 1, 0, CancellationToken.None)).Fault);
    }

    // Steps that take back what the one before did come to little together, and to much one by one.
    [Fact]
    public async Task where_steps_were_let_go_the_next_hash_is_the_same_whether_or_not_the_timeline_was_opened_anew()
    {
        var hashed = new List<long[]>();
        foreach (var isOpenedAnew in new[] { false, true })
        {
            await using var store = await HeldStore.OpenAsync(new AgentOptions { GenerationBytesMax = 4_000 });
            await DefineAsync(store, new TimelinePolicy { CheckpointMagnitude = 140 });
            for (var i = 0; i < 45; i++)
            {
                store.Time.Set(store.Time.GetUtcNow() + TimeSpan.FromMinutes(1));
                await AddAsync(store, i % 2 == 0 ? 3f : -3f);
            }

            var keeping = LifecyclePolicy.Default with { Retention = [new RetentionRule { Match = "timelines/w", KeepLast = 4 }] };
            await store.Database.Lifecycle.SetPolicyAsync(CallContext.Local, Workspace, keeping, CancellationToken.None);
            store.Time.Set(store.Time.GetUtcNow() + TimeSpan.FromDays(2));
            var report = await store.Database.Lifecycle.RunAsync(CallContext.Local, Workspace, LifecycleProcess.Distillation, isDryRun: false, progress: null, CancellationToken.None);
            Assert.True(report.Counts["removedSteps"] > 30);
            if (isOpenedAnew)
            {
                await store.ReopenAsync(clean: false);
            }

            for (var i = 0; i < 100; i++)
            {
                await AddAsync(store, 3f);
            }

            hashed.Add([.. await HashedAsync(store)]);
        }

        Assert.Equal(hashed[0], hashed[1]);
        Assert.True(hashed[0].Length > 1);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public async Task a_magnitude_that_can_not_be_passed_is_refused(double magnitude)
    {
        await using var store = await HeldStore.OpenAsync();
        var refused = await Assert.ThrowsAsync<TemporalException>(() => DefineAsync(store, new TimelinePolicy { CheckpointMagnitude = magnitude }));
        Assert.Equal((ErrorCodes.InvalidField, "policy.checkpointMagnitude"), (refused.Code, refused.Field));
    }

    private static TimelineWrite Delta(Random random)
    {
        var indices = Enumerable.Range(0, Dimensions).Where(_ => random.Next(3) == 0).ToArray();
        return new TimelineWrite { Indices = indices, Values = indices.Select(_ => (float)random.Next(-4, 5)).ToArray() };
    }

    private static async Task<Receipt> DefineAsync(TestStore store, TimelinePolicy policy) =>
        await store.Database.Timelines.DefineAsync(CallContext.Local, Workspace, Name, new TimelineDefinition(Dimensions, policy), CancellationToken.None);

    private static async Task AddAsync(TestStore store, float value) =>
        await store.Database.Timelines.WriteAsync(CallContext.Local, Workspace, Name, new TimelineWrite { Indices = new[] { 2 }, Values = new[] { value }, IsAdditive = true }, CancellationToken.None);

    private static async Task<IEnumerable<long>> HashedAsync(TestStore store)
    {
        var hashed = new List<long>();
        var page = await store.Database.Directory.Get<ITimelineAgent>(Agent).ReadDeltasAsync(0, Limits.DeltaPageMax, CancellationToken.None);
        Assert.False(page.HasMore);
        foreach (var record in page.Records)
        {
            var delta = DeltaRecord.Read(record);
            if (delta.HasPayload && TimelineKinds.IsStep(delta.Kind) && TimelineStepPayload.Read(delta.Payload.Span, Dimensions).StateHash is not null)
            {
                hashed.Add(delta.Sequence);
            }
        }

        return hashed;
    }
}
