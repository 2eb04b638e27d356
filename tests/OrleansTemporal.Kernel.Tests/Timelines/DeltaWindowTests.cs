using System.Collections.Immutable;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Timelines;

namespace OrleansTemporal.Kernel.Tests.Timelines;

/// <summary>Windows of deltas: when they end, what they come to, and the faults of the specification's own code, each the other way round.</summary>
public sealed class DeltaWindowTests
{
    private const int Dimensions = 30;

    [Fact]
    public void the_defaults_are_those_of_the_specification()
    {
        var policy = new DeltaWindowPolicy();
        Assert.Equal((TimeSpan.FromSeconds(1), 100, 1L << 20, 0), (policy.DurationMax, policy.CountMax, policy.BytesMax, policy.CloseOnMetadata.Length));
    }

    [Fact]
    public void a_delta_that_ends_a_window_has_it_closed()
    {
        var (history, window) = (new Line(), new DeltaWindow("main", new DeltaWindowPolicy { CloseOnMetadata = ["commit"] }));
        window.Add(history.Step(1, 0));
        Assert.False(window.ShouldClose(At(2)));
        window.Add(history.Step(2, 0, ("commit", "yes")));
        Assert.Equal((DeltaWindowStatus.Closing, true), (window.Status, window.ShouldClose(At(2))));
        Assert.Equal(ErrorCodes.WindowClosed, Assert.Throws<TemporalException>(() => window.Add(history.Step(3, 0))).Code);
        window.Close();
        Assert.Equal((DeltaWindowStatus.Closed, false), (window.Status, window.ShouldClose(At(99_999))));
    }

    [Fact]
    public void a_clock_that_was_set_back_closes_nothing()
    {
        var window = new DeltaWindow("main", new DeltaWindowPolicy());
        window.Add(new Line().Step(5_000, 0));
        Assert.False(window.ShouldClose(At(4_000)));
        Assert.False(window.ShouldClose(HybridTimestamp.Zero));
        Assert.False(window.ShouldClose(At(5_999)));
        Assert.True(window.ShouldClose(At(6_000)));
        Assert.True(window.ShouldClose(HybridTimestamp.MaxValue));
    }

    [Fact]
    public void components_that_were_touched_are_counted_once()
    {
        var (line, window) = (new Line(), new DeltaWindow("main", new DeltaWindowPolicy()));
        window.Add(line.Step(1, 0, 1, 2));
        window.Add(line.Step(2, 2, 3));
        Assert.Equal((4, 5 * 8L, 2), (window.DimensionsTouched, window.TotalBytes, window.Count));
    }

    [Fact]
    public void only_a_closed_window_is_compacted_and_lets_its_deltas_go()
    {
        var (line, window) = (new Line(), new DeltaWindow("main", new DeltaWindowPolicy()));
        window.Add(line.Step(1, 0));
        window.Add(line.Step(2, 0));
        Assert.Equal(ErrorCodes.WindowClosed, Assert.Throws<TemporalException>(() => window.Compact(Id)).Code);
        window.Close();
        var composed = window.Compact(Id);
        Assert.Equal((DeltaWindowStatus.Compacted, 0, 2, 2d), (window.Status, window.HeldCount, window.Count, composed.CompressionRatio));
        Assert.Equal(ErrorCodes.WindowClosed, Assert.Throws<TemporalException>(() => window.Compact(Id)).Code);
        Assert.Equal(ErrorCodes.WindowClosed, Assert.Throws<TemporalException>(() => window.Add(line.Step(3, 0))).Code);
    }

    [Fact]
    public void deltas_come_in_their_order()
    {
        var (line, window) = (new Line(), new DeltaWindow("main", new DeltaWindowPolicy()));
        var (first, second) = (line.Step(1, 0), line.Step(2, 0));
        window.Add(second);
        Assert.Equal(ErrorCodes.InvalidField, Assert.Throws<TemporalException>(() => window.Add(first)).Code);
        Assert.Equal(ErrorCodes.InvalidField, Assert.Throws<TemporalException>(() => window.Add(second)).Code);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void windows_end_where_a_list_says_and_set_what_their_deltas_set(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 100; round++)
        {
            var policy = new DeltaWindowPolicy
            {
                DurationMax = TimeSpan.FromMilliseconds(1 + random.Next(30)),
                CountMax = 1 + random.Next(8),
                BytesMax = 1 + random.Next(150),
                CloseOnMetadata = ["end"],
            };
            var line = new Line();
            var time = 1L;
            var steps = new List<TimelineStep>();
            for (var i = random.Next(40); i > 0; i--)
            {
                time += random.Next(10);
                var indices = Enumerable.Range(0, Dimensions).Where(_ => random.Next(8) == 0).ToArray();
                steps.Add(line.Step(time, indices, random, random.Next(9) == 0 ? [KeyValuePair.Create("end", "x")] : []));
            }

            Check(policy, steps, [.. DeltaWindowRules.Cut("main", steps, policy, Id)]);
        }
    }

    private static void Check(DeltaWindowPolicy policy, List<TimelineStep> steps, List<AggregatedDelta> windows)
    {
        var expected = new List<List<TimelineStep>>();
        var isOver = true;
        foreach (var step in steps)
        {
            if (isOver || step.SystemTime.Milliseconds - expected[^1][0].SystemTime.Milliseconds >= policy.DurationMax.TotalMilliseconds)
            {
                expected.Add([]);
            }

            expected[^1].Add(step);
            isOver = expected[^1].Count >= policy.CountMax || expected[^1].Sum(static other => other.Indices.Length * 8) >= policy.BytesMax || step.Metadata.Length > 0;
        }

        Assert.Equal(expected.Select(static window => (window[0].Sequence, window[^1].Sequence, window.Count)), windows.Select(static window => (window.FirstSequence, window.LastSequence, window.Count)));
        var state = new float[Dimensions];
        var composed = new float[Dimensions];
        for (var i = 0; i < windows.Count; i++)
        {
            foreach (var step in expected[i])
            {
                for (var place = 0; place < step.Indices.Length; place++)
                {
                    state[step.Indices[place]] = step.After[place];
                }
            }

            DeltaVector.Create(Dimensions, windows[i].Indices.Span, windows[i].Values.Span).SetIn(composed);
            Assert.Equal(state.Select(BitConverter.SingleToInt32Bits), composed.Select(BitConverter.SingleToInt32Bits));
            Assert.Equal(expected[i].SelectMany(static step => step.Indices).Distinct().Count(), windows[i].DimensionsTouched);
            Assert.Equal(i < windows.Count - 1 || isOver ? DeltaWindowStatus.Compacted : DeltaWindowStatus.Open, windows[i].Status);
            Assert.Equal(expected[i].Sum(static step => step.Magnitude.L2Norm), windows[i].TotalMagnitude, 9);
        }
    }

    private static string Id(TimelineStep step) => step.Sequence.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static HybridTimestamp At(long milliseconds) => HybridTimestamp.FromMilliseconds(milliseconds);

    private sealed class Line
    {
        private readonly TimelineHistory history = new(Dimensions);
        private long sequence;

        public TimelineStep Step(long time, params int[] indices) => Step(time, indices, new Random((int)time), []);

        public TimelineStep Step(long time, int index, (string Key, string Value) pair) => Step(time, [index], new Random((int)time), [KeyValuePair.Create(pair.Key, pair.Value)]);

        public TimelineStep Step(long time, int[] indices, Random random, ImmutableArray<KeyValuePair<string, string>> metadata)
        {
            var values = indices.Select(_ => random.Next(4) == 0 ? 0f : (float)random.NextDouble()).ToArray();
            sequence++;
            return history.Append(
                history.FindBranch(TimelineHistory.Main)!, DeltaVector.Create(Dimensions, indices, values), TimelineChange.Apply, (sequence, At(time)), null, null, null, metadata);
        }
    }
}
