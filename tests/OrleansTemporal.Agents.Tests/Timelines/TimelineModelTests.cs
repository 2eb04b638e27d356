using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Timelines;

namespace OrleansTemporal.Agents.Tests.Timelines;

/// <summary>Random histories with branches, merges and rollbacks, against whole states; through restarts, crashes and sealing.</summary>
public sealed class TimelineModelTests
{
    private const string Workspace = "default";
    private const string Name = "w";
    private const int Dimensions = 40;
    private const int StepCount = 120;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task a_timeline_answers_as_whole_states_would(int seed)
    {
        var random = new Random(seed);
        await using var store = await DiskStore.OpenAsync(seed, new AgentOptions { GenerationBytesMax = 4_096 });
        var run = new Run(store, random);
        await run.DefineAsync();
        for (var step = 0; step < StepCount; step++)
        {
            await run.StepAsync();
            if (step % 30 == 29)
            {
                await store.MaintainAsync();
                await store.ReopenAsync(clean: random.Next(2) == 0);
            }
        }

        await run.CheckAsync();
    }

    private sealed class Run(DiskStore store, Random random)
    {
        private readonly TimelineModel model = new(Dimensions);
        private readonly List<(string Branch, string Name)> made = [];
        private int merges;
        private int conflicts;
        private int rollbacks;

        private TimelineService Timelines => store.Database.Timelines;

        public async Task DefineAsync()
        {
            var policy = new TimelinePolicy { CheckpointEvery = 1 + random.Next(7) };
            await Timelines.DefineAsync(CallContext.Local, Workspace, Name, new TimelineDefinition(Dimensions, policy), CancellationToken.None);
        }

        public async Task StepAsync()
        {
            var branch = Pick();
            switch (random.Next(12))
            {
                case <= 4:
                    await CaptureAsync(branch);
                    break;
                case <= 7:
                    await ApplyAsync(branch);
                    break;
                case 8:
                    await RollBackAsync(branch);
                    break;
                case 9:
                    await BranchAsync(branch);
                    break;
                default:
                    await MergeAsync(branch, Pick());
                    break;
            }
        }

        public async Task CheckAsync()
        {
            foreach (var branch in model.Branches)
            {
                var line = model.Line(branch);
                foreach (var (sequence, state) in line.Where(static step => step.Sequence > 0))
                {
                    var read = await Timelines.GetStateAsync(CallContext.Local, Workspace, Name, new TimelineMoment { Branch = branch, AsOf = AsOf.After(sequence) }, CancellationToken.None);
                    Assert.Equal(sequence, read.Sequence);
                    Equal(state, read.Values.ToArray());
                }

                for (var pair = 0; pair < 20 && line.Count > 1; pair++)
                {
                    await CheckPairAsync(branch, line[1 + random.Next(line.Count - 1)], line[1 + random.Next(line.Count - 1)]);
                }
            }

            // Else the run has shown nothing of what it is for.
            Assert.True(merges > 0 && conflicts > 0 && rollbacks > 0 && made.Count > 0, "Nothing was merged, or nothing conflicted, or nothing was rolled back.");
            var verified = await Timelines.VerifyAsync(CallContext.Local, Workspace, Name, 1, 0, CancellationToken.None);
            Assert.Null(verified.Fault);
            Assert.True(verified.StateCount > 0);
            Assert.All(await store.Database.Agents.VerifyAsync(CallContext.Local, Workspace, CancellationToken.None), static report => Assert.Null(report.Fault));
        }

        private async Task CheckPairAsync(string branch, (long Sequence, float[] State) from, (long Sequence, float[] State) to)
        {
            var span = new TimelineSpan { Branch = branch, From = AsOf.After(from.Sequence), To = AsOf.After(to.Sequence) };
            var diff = await Timelines.DiffAsync(CallContext.Local, Workspace, Name, span, CancellationToken.None);
            var expected = Enumerable.Range(0, Dimensions).Where(index => !TimelineModel.Same(from.State[index], to.State[index])).ToArray();
            Assert.Equal(expected, diff.Indices.ToArray());
            Equal([.. expected.Select(index => to.State[index] - from.State[index])], diff.Values.ToArray());

            if (from.Sequence <= to.Sequence)
            {
                var index = random.Next(Dimensions);
                var evolution = await Timelines.EvolveAsync(CallContext.Local, Workspace, Name, new TimelineEvolutionQuery { Span = span, Index = index }, CancellationToken.None);
                foreach (var (sequence, state) in model.Line(branch).Where(step => step.Sequence >= from.Sequence && step.Sequence <= to.Sequence))
                {
                    Assert.True(TimelineModel.Same(state[index], evolution.Points.Last(point => point.Sequence <= sequence).Value));
                }
            }
        }

        private async Task CaptureAsync(string branch)
        {
            var state = model.Head(branch).ToArray();
            for (var changes = random.Next(5); changes > 0; changes--)
            {
                state[random.Next(Dimensions)] = Value();
            }

            var result = await Timelines.WriteAsync(CallContext.Local, Workspace, Name, new TimelineWrite { Branch = branch, State = state }, CancellationToken.None);
            if (state.Zip(model.Head(branch)).All(static pair => TimelineModel.Same(pair.First, pair.Second)))
            {
                Assert.Equal(TimelineOutcome.BelowThreshold, result.Outcome);
            }
            else
            {
                model.Add(branch, result.Receipt!.Sequence, state);
            }
        }

        private async Task ApplyAsync(string branch)
        {
            var isAdditive = random.Next(2) == 0;
            var indices = Enumerable.Range(0, Dimensions).OrderBy(_ => random.Next()).Take(random.Next(6)).ToArray();
            var values = indices.Select(_ => isAdditive ? random.Next(-5, 6) : Value()).ToArray();
            var write = new TimelineWrite { Branch = branch, Indices = indices, Values = values, IsAdditive = isAdditive };
            var state = model.Head(branch).ToArray();
            for (var i = 0; i < indices.Length; i++)
            {
                state[indices[i]] = isAdditive ? state[indices[i]] + values[i] : values[i];
            }

            var result = await Timelines.WriteAsync(CallContext.Local, Workspace, Name, write, CancellationToken.None);
            model.Add(branch, result.Receipt!.Sequence, state);
        }

        private async Task RollBackAsync(string branch)
        {
            var line = model.Line(branch);
            var target = line[random.Next(line.Count)];
            var result = await Timelines.RollBackAsync(CallContext.Local, Workspace, Name, new TimelineRollbackOrder { Branch = branch, ToSequence = target.Sequence }, CancellationToken.None);
            if (result.Outcome == TimelineOutcome.Recorded)
            {
                rollbacks++;
                model.Add(branch, result.Receipt!.Sequence, target.State);
            }

            Equal(target.State, (await Timelines.GetStateAsync(CallContext.Local, Workspace, Name, new TimelineMoment { Branch = branch }, CancellationToken.None)).Values.ToArray());
        }

        private async Task BranchAsync(string from)
        {
            var line = model.Line(from);
            var fork = line[random.Next(line.Count)].Sequence;
            var name = $"b{made.Count}";
            made.Add((name, from));
            var order = new TimelineBranchOrder { Name = name, From = new TimelineMoment { Branch = from, AsOf = fork == 0 ? AsOf.After(1) : AsOf.After(fork) } };
            await Timelines.BranchAsync(CallContext.Local, Workspace, Name, order, CancellationToken.None);
            model.Branch(name, from, fork);
        }

        private async Task MergeAsync(string into, string source)
        {
            if (into == source)
            {
                return;
            }

            var rule = (TimelineConflictRule)(1 + random.Next(4));
            var order = new TimelineMergeOrder { Source = source, Into = into, Conflict = rule };
            var seen = await Timelines.MergeAsync(CallContext.Local, Workspace, Name, order with { IsDryRun = true }, CancellationToken.None);
            var start = seen.Base.IsEmpty ? new float[Dimensions] : StateOf(seen.Base[0]);
            conflicts += seen.ConflictCount;
            var expected = TimelineModel.Merge(start, model.Head(into), model.Head(source), rule, index => LastChange(into, index) > LastChange(source, index));
            try
            {
                var result = await Timelines.MergeAsync(CallContext.Local, Workspace, Name, order, CancellationToken.None);
                if (result.Delta is not null)
                {
                    Equal(expected!, (await Timelines.GetStateAsync(CallContext.Local, Workspace, Name, new TimelineMoment { Branch = into }, CancellationToken.None)).Values.ToArray());
                    merges++;
                    model.Add(into, result.Receipt!.Sequence, expected!);
                }
            }
            catch (TemporalException conflict) when (conflict.Code == ErrorCodes.MergeConflict)
            {
                Assert.Null(expected);
            }
        }

        private float[] StateOf(long sequence) => model.Branches.SelectMany(model.Line).First(step => step.Sequence == sequence).State;

        private long LastChange(string branch, int index)
        {
            var line = model.Line(branch);
            for (var i = line.Count - 1; i > 0; i--)
            {
                if (!TimelineModel.Same(line[i].State[index], line[i - 1].State[index]))
                {
                    return line[i].Sequence;
                }
            }

            return 0;
        }

        private string Pick() => model.Branches.ElementAt(random.Next(model.Branches.Count()));

        private float Value() => random.Next(6) switch { 0 => 0f, 1 => -0f, 2 => float.Epsilon, _ => (float)(random.NextDouble() - 0.5) };

        private static void Equal(float[] expected, float[] actual) =>
            Assert.Equal(expected.Select(BitConverter.SingleToInt32Bits), actual.Select(BitConverter.SingleToInt32Bits));
    }
}
