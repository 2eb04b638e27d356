using System.Runtime.InteropServices;
using OrleansTemporal.Causality;
using OrleansTemporal.Timelines;

namespace OrleansTemporal.Kernel.Tests.Timelines;

/// <summary>Steps keep their components in arrays that they share, which is seen by nobody but the collector.</summary>
public sealed class SharedArraysTests
{
    private const int Dimensions = 5_000;
    private const int StepCount = 400;
    private const int KeptEvery = 40;

    [Fact]
    public void steps_of_all_sizes_keep_what_they_set_and_what_was_there()
    {
        var random = new Random(1);
        var history = new TimelineHistory(Dimensions);
        var (state, sizes) = (new float[Dimensions], new[] { 0, 1, 60, 64, 65, 4_096, 4_097, Dimensions });
        foreach (var size in sizes.Concat(sizes).Concat(Enumerable.Range(0, StepCount).Select(_ => random.Next(200))))
        {
            var set = Delta(random, size);
            var before = set.Indices.ToArray().Select(index => state[index]).ToArray();
            var step = Append(history, set);
            set.SetIn(state);
            Assert.Equal(set.Indices.ToArray(), step.Indices.ToArray());
            Assert.Equal(before, step.Before.ToArray());
            Assert.Equal(set.Values.ToArray(), step.After.ToArray());
            Assert.Equal(state, history.HeadStateOf(step.Branch));
        }
    }

    [Fact]
    public void who_stays_leaves_the_arrays_of_those_that_went()
    {
        var random = new Random(2);
        var history = new TimelineHistory(Dimensions);
        var states = new List<float[]>();
        for (var i = 0; i < StepCount; i++)
        {
            Append(history, Delta(random, 1 + random.Next(90)));
            states.Add([.. history.HeadStateOf(history.FindBranch(TimelineHistory.Main)!)]);
        }

        // Of the first half only some stay; the second half is between nothing that goes, but for the array that both share.
        var all = history.Steps.ToArray();
        var groups = new List<ThinnedGroup>();
        for (var keeper = KeptEvery - 1; keeper < StepCount / 2; keeper += KeptEvery)
        {
            groups.Add(history.Compose(all[keeper], "40 steps", all[(keeper - KeptEvery + 2)..keeper]));
        }

        var left = groups.SelectMany(static group => group.LetGo).Select(gone => ArrayOf(history.FindStep(gone.Sequence)!)).ToHashSet();
        history.LetGo(groups, StepCount + 1);
        Assert.Equal(StepCount - (groups.Count * (KeptEvery - 2)), history.StepCount);
        Assert.All(history.Steps, step => Assert.DoesNotContain(ArrayOf(step), left));
        foreach (var step in history.Steps)
        {
            var state = new float[Dimensions];
            history.CopyState(step, state);
            Assert.Equal(states[(int)step.Sequence - 1], state);
        }
    }

    private static int[] ArrayOf(TimelineStep step) => MemoryMarshal.TryGetArray(step.Indices.Memory, out var part) ? part.Array! : [];

    private static TimelineStep Append(TimelineHistory history, DeltaVector set)
    {
        var sequence = history.StepCount + 1;
        return history.Append(
            history.FindBranch(TimelineHistory.Main)!, set, TimelineChange.Apply, (sequence, HybridTimestamp.FromMilliseconds(sequence)), null, null, null, []);
    }

    private static DeltaVector Delta(Random random, int count)
    {
        var places = Enumerable.Range(0, Dimensions).ToArray();
        random.Shuffle(places);
        return DeltaVector.Create(Dimensions, places.AsSpan(0, count), [.. Enumerable.Range(0, count).Select(_ => (float)random.NextDouble())]);
    }
}
