using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Causality;
using OrleansTemporal.Timelines;

namespace OrleansTemporal.Agents.Tests.Timelines;

/// <summary>
/// Random states shown at random times to observers of random policies, against a list of whole states; through crashes,
/// clean stops and housekeeping. What was answered as captured is there; what waited may be lost by a crash alone.
/// </summary>
public sealed class ObserverModelTests
{
    private const string Workspace = "default";
    private const string Timeline = "w";
    private const string Name = "o";
    private const int Dimensions = 12;
    private const int ShownCount = 250;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task an_observer_records_what_a_list_of_states_says(int seed)
    {
        var random = new Random(seed);
        await using var store = await DiskStore.OpenAsync(seed, new AgentOptions { GenerationBytesMax = 4_096 });
        var policy = new ObserverPolicy
        {
            MinInterval = TimeSpan.FromMilliseconds(random.Next(3) * 50),
            MagnitudeThreshold = random.Next(2) == 0 ? 1e-6 : 0.4,
            BufferLimit = 1 + random.Next(6),
            Heartbeats = random.Next(2) == 0,
        };
        await store.Database.Timelines.DefineAsync(CallContext.Local, Workspace, Timeline, new TimelineDefinition(Dimensions, new TimelinePolicy { CheckpointEvery = 5 }), CancellationToken.None);
        await store.Database.Timelines.DefineObserverAsync(CallContext.Local, Workspace, Timeline, Name, policy, CancellationToken.None);
        var model = new Model(policy);
        var (losses, rescues) = (0, 0);
        for (var shown = 0; shown < ShownCount; shown++)
        {
            store.Time.Advance(TimeSpan.FromMilliseconds(random.Next(80)));
            var state = model.Recorded.ToArray();
            for (var changes = random.Next(3); changes > 0; changes--)
            {
                state[random.Next(Dimensions)] += (float)((random.NextDouble() - 0.5) * 0.8);
            }

            var expected = model.Show(state, store.Time.GetUtcNow());
            var result = await store.Database.Timelines.ObserveAsync(CallContext.Local, Workspace, Timeline, new ObserverCapture { Name = Name, State = state }, CancellationToken.None);
            Assert.Equal(expected, result.Outcome);
            if (result.Receipt is { } receipt)
            {
                model.Steps.Add((receipt.Sequence, [.. model.Recorded]));
            }

            switch (random.Next(12))
            {
                case 0:
                    store.Time.Advance(TimeSpan.FromMilliseconds(200));
                    await store.MaintainAsync();
                    model.Flush(store.Time.GetUtcNow());
                    break;
                case 1:
                    losses += model.Pending is null ? 0 : 1;
                    await store.ReopenAsync(clean: false);
                    model.Crash();
                    break;
                case 2:
                    rescues += model.Pending is null ? 0 : 1;
                    await store.ReopenAsync(clean: true);
                    model.Flush(store.Time.GetUtcNow());
                    break;
                default:
                    break;
            }

            await CheckAsync(store, model);
        }

        foreach (var (sequence, state) in model.Steps)
        {
            var read = await store.Database.Timelines.GetStateAsync(CallContext.Local, Workspace, Timeline, new TimelineMoment { AsOf = AsOf.After(sequence) }, CancellationToken.None);
            Assert.Equal(state, read.Values.ToArray());
        }

        Assert.True(policy.MinInterval == TimeSpan.Zero || policy.BufferLimit == 1 || losses + rescues > 0, "Nothing waited when a process ended.");
        Assert.All(await store.Database.Agents.VerifyAsync(CallContext.Local, Workspace, CancellationToken.None), static report => Assert.Null(report.Fault));
    }

    private static async Task CheckAsync(DiskStore store, Model model)
    {
        var read = await store.Database.Timelines.GetStateAsync(CallContext.Local, Workspace, Timeline, new TimelineMoment(), CancellationToken.None);
        Assert.Equal(model.Recorded, read.Values.ToArray());
        var info = await store.Database.Timelines.GetObserverAsync(CallContext.Local, Workspace, Timeline, Name, CancellationToken.None);
        Assert.Equal((model.Captured, model.Heartbeats, model.PendingCount), (info.Metrics.DeltasCaptured, info.Metrics.Heartbeats, info.PendingCount));
    }

    private sealed class Model(ObserverPolicy policy)
    {
        private DateTimeOffset? last;

        public float[] Recorded { get; private set; } = new float[Dimensions];

        public float[]? Pending { get; private set; }

        public int PendingCount { get; private set; }

        public long Captured { get; private set; }

        public long Heartbeats { get; private set; }

        public List<(long Sequence, float[] State)> Steps { get; } = [];

        public ObserverOutcome Show(float[] state, DateTimeOffset now)
        {
            if (last is { } time && now - time < policy.MinInterval && PendingCount + 1 < policy.BufferLimit)
            {
                (Pending, PendingCount) = (state, PendingCount + 1);
                return ObserverOutcome.Pending;
            }

            return Decide(state, now);
        }

        public void Flush(DateTimeOffset now)
        {
            if (Pending is { } pending)
            {
                Decide(pending, now);
            }
        }

        public void Crash() => (Pending, PendingCount) = (null, 0);

        private ObserverOutcome Decide(float[] state, DateTimeOffset now)
        {
            (Pending, PendingCount) = (null, 0);
            var length = Math.Sqrt(state.Zip(Recorded).Sum(static pair => ((double)pair.First - pair.Second) * ((double)pair.First - pair.Second)));
            if (length > policy.MagnitudeThreshold)
            {
                (Recorded, last, Captured) = (state, now, Captured + 1);
                return ObserverOutcome.Captured;
            }

            if (policy.Heartbeats)
            {
                (last, Heartbeats) = (now, Heartbeats + 1);
                return ObserverOutcome.Heartbeat;
            }

            return ObserverOutcome.Filtered;
        }
    }
}
