using System.Collections.Immutable;
using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Lifecycle;
using OrleansTemporal.Timelines;

namespace OrleansTemporal.Agents.Tests.Timelines;

/// <summary>
/// Goal: under any policy and through restarts and crashes, the state behind every step that is kept is what it was bit by
/// bit, merges come to what they would have come to, what policy keeps is kept, and what is gone says so.
/// </summary>
public sealed class ThinningModelTests
{
    private const string Workspace = "default";
    private const string Name = "w";
    private const int Dimensions = 24;
    private const int StepCount = 220;

    private static readonly RetentionRule[] Rules =
    [
        new() { Match = "timelines/*", Downsample = [new DownsampleLevel { After = TimeSpan.FromDays(1), To = TimeSpan.FromHours(2) }, new DownsampleLevel { After = TimeSpan.FromDays(3), To = TimeSpan.FromDays(1) }] },
        new() { Match = "timelines/w", Downsample = [new DownsampleLevel { AfterLast = 10, Every = 4 }, new DownsampleLevel { AfterLast = 30, Every = 16 }] },
        new() { Match = "timelines/w", Keep = TimeSpan.FromDays(2) },
        new() { Match = "timelines/*", KeepLast = 12, Downsample = [new DownsampleLevel { After = TimeSpan.FromDays(1), To = TimeSpan.FromHours(1) }] },
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public async Task what_is_kept_of_a_timeline_is_what_it_was(int seed)
    {
        var random = new Random(seed);
        await using var store = await HeldStore.OpenAsync(new AgentOptions { GenerationBytesMax = 2_500, MemoryBytesMax = 20_000, CacheBytesMax = 20_000 });
        var run = new Run(store, random);
        await run.BeginAsync(Rules[(seed - 1) % Rules.Length]);
        for (var step = 0; step < StepCount; step++)
        {
            await run.StepAsync();
            store.Time.Set(store.Time.GetUtcNow() + TimeSpan.FromMinutes(random.Next(1, 90)));
            switch (random.Next(14))
            {
                case 0:
                    await run.RunAsync(LifecycleProcess.Consolidation);
                    break;
                case 1:
                    await run.RunAsync(LifecycleProcess.Distillation);
                    break;
                case 2:
                    await store.ReopenAsync(clean: random.Next(2) == 0);
                    break;
                default:
                    break;
            }

            if (step % 60 == 59)
            {
                await run.CheckAsync();
            }
        }

        store.Time.Set(store.Time.GetUtcNow() + TimeSpan.FromDays(2));
        await run.RunAsync(LifecycleProcess.Consolidation);
        await run.RunAsync(LifecycleProcess.Distillation);
        Assert.Equal(0, (await run.RunAsync(LifecycleProcess.Distillation))["removedSteps"]);
        await run.CheckAsync();
        await store.ReopenAsync(clean: false);
        await run.CheckAsync();
        await store.ReopenAsync(clean: true);
        await run.StepAsync();
        await run.CheckAsync();
        run.RequireGone();
    }

    private sealed class Run(HeldStore store, Random random)
    {
        private readonly TimelineModel model = new(Dimensions);
        private readonly Dictionary<long, (string Branch, HybridTimestamp Time)> written = [];
        private readonly HashSet<long> rested = [];
        private readonly HashSet<long> gone = [];
        private readonly Dictionary<long, string> ids = [];
        private int branchCount;
        private int merges;
        private int refused;

        private TimelineService Timelines => store.Database.Timelines;

        public async Task BeginAsync(RetentionRule rule)
        {
            var policy = LifecyclePolicy.Default with { Retention = [rule] };
            await store.Database.Lifecycle.SetPolicyAsync(CallContext.Local, Workspace, policy, CancellationToken.None);
            await Timelines.DefineAsync(CallContext.Local, Workspace, Name, new TimelineDefinition(Dimensions, new TimelinePolicy { CheckpointEvery = 9 }), CancellationToken.None);
        }

        public async Task<IReadOnlyDictionary<string, long>> RunAsync(LifecycleProcess process) =>
            (await store.Database.Lifecycle.RunAsync(CallContext.Local, Workspace, process, isDryRun: false, progress: null, CancellationToken.None)).Counts;

        public async Task StepAsync()
        {
            var branch = Pick();
            switch (random.Next(20))
            {
                case 0 when branchCount < 3:
                    await BranchAsync(branch);
                    break;
                case 1 or 2:
                    await MergeAsync(branch, Pick());
                    break;
                case 3:
                    await RollBackAsync(branch);
                    break;
                case 4:
                    await MarkAsync(branch);
                    break;
                default:
                    await ApplyAsync(branch);
                    break;
            }
        }

        public async Task CheckAsync()
        {
            var listed = await ListAsync();
            foreach (var branch in model.Branches)
            {
                Assert.True(model.Line(branch)[^1].Sequence is var head && (head == 0 || listed.ContainsKey(head)));
                float[]? kept = new float[Dimensions];
                foreach (var (sequence, state) in model.Line(branch).Where(static step => step.Sequence > 0))
                {
                    var moment = new TimelineMoment { Branch = branch, AsOf = AsOf.After(sequence) };
                    try
                    {
                        var read = await Timelines.GetStateAsync(CallContext.Local, Workspace, Name, moment, CancellationToken.None);
                        Assert.Equal((sequence, (string?)null), (read.Sequence, read.Resolution));
                        Equal(state, read.Values.ToArray());
                        Assert.True(listed.ContainsKey(sequence));
                        Assert.DoesNotContain(sequence, gone);
                        kept = state;
                    }
                    catch (TemporalException expired) when (expired.Code == ErrorCodes.HistoryExpired)
                    {
                        Assert.False(listed.ContainsKey(sequence));
                        Assert.DoesNotContain(sequence, rested);
                        Assert.True(written[sequence].Time.Milliseconds < store.Time.GetUtcNow().AddDays(-1).ToUnixTimeMilliseconds());
                        gone.Add(sequence);
                        var coarse = await Timelines.GetStateAsync(CallContext.Local, Workspace, Name, moment with { IsCoarse = true }, CancellationToken.None);
                        Assert.NotNull(coarse.Resolution);
                        Equal(kept, coarse.Values.ToArray());
                        await Assert.ThrowsAsync<TemporalException>(async () => await Timelines.MarkAsync(CallContext.Local, Workspace, Name, new TimelineMark { Sequence = sequence, Label = "x" }, CancellationToken.None));
                    }
                }

                await CheckDiffAsync(branch, [.. model.Line(branch).Where(step => listed.ContainsKey(step.Sequence))]);
            }

            Assert.Equal(written.Keys.Where(sequence => !gone.Contains(sequence)).Order(), listed.Keys.Order());
            Assert.Equal(gone.Count, (await Timelines.GetInfoAsync(CallContext.Local, Workspace, Name, CancellationToken.None)).LetGoCount);
            Assert.Equal(gone.Count, listed.Values.Sum(static delta => delta.ComposedCount));
            Assert.Null((await Timelines.VerifyAsync(CallContext.Local, Workspace, Name, 1, 0, CancellationToken.None)).Fault);
            Assert.All(await store.Database.Agents.VerifyAsync(CallContext.Local, Workspace, CancellationToken.None), static report => Assert.Null(report.Fault));
        }

        public void RequireGone() => Assert.True(gone.Count > 20 && merges > 0, $"{gone.Count} steps went, {merges} merges, {refused} refusals.");

        private async Task CheckDiffAsync(string branch, (long Sequence, float[] State)[] kept)
        {
            for (var pair = 0; pair < 10 && kept.Length > 1; pair++)
            {
                var (from, to) = (kept[random.Next(kept.Length)], kept[random.Next(kept.Length)]);
                var span = new TimelineSpan { Branch = branch, From = AsOf.After(from.Sequence), To = AsOf.After(to.Sequence) };
                var diff = await Timelines.DiffAsync(CallContext.Local, Workspace, Name, span, CancellationToken.None);
                Assert.Equal(Enumerable.Range(0, Dimensions).Where(index => !TimelineModel.Same(from.State[index], to.State[index])), diff.Indices.ToArray());
                if (from.Sequence < to.Sequence)
                {
                    var index = random.Next(Dimensions);
                    var evolution = await Timelines.EvolveAsync(CallContext.Local, Workspace, Name, new TimelineEvolutionQuery { Span = span, Index = index, Limit = 10_000 }, CancellationToken.None);
                    Assert.All(kept.Where(step => step.Sequence >= from.Sequence && step.Sequence <= to.Sequence), step =>
                        Assert.True(TimelineModel.Same(step.State[index], evolution.Points.Last(point => point.Sequence <= step.Sequence).Value)));
                }
            }
        }

        private async Task<Dictionary<long, TimelineDelta>> ListAsync()
        {
            var query = new TimelineDeltaQuery { Span = new TimelineSpan(), AllBranches = true, Limit = 10_000 };
            return (await Timelines.ListAsync(CallContext.Local, Workspace, Name, query, CancellationToken.None)).Deltas.ToDictionary(static delta => delta.Sequence);
        }

        private async Task ApplyAsync(string branch)
        {
            var indices = Enumerable.Range(0, Dimensions).OrderBy(_ => random.Next()).Take(1 + random.Next(4)).ToArray();
            var values = indices.Select(_ => Value()).ToArray();
            var state = model.Head(branch).ToArray();
            for (var i = 0; i < indices.Length; i++)
            {
                state[indices[i]] = values[i];
            }

            var write = new TimelineWrite { Branch = branch, Indices = indices, Values = values, Id = $"id{written.Count}" };
            var receipt = (await Timelines.WriteAsync(CallContext.Local, Workspace, Name, write, CancellationToken.None)).Receipt!;
            ids[receipt.Sequence] = write.Id;
            Note(branch, receipt, state);
            if (random.Next(8) == 0 && gone.FirstOrDefault(ids.ContainsKey) is > 0 and var known)
            {
                // What comes again is known, whether it is kept or not.
                var again = await Timelines.WriteAsync(CallContext.Local, Workspace, Name, write with { Id = ids[known] }, CancellationToken.None);
                Assert.Equal((TimelineOutcome.Known, known), (again.Outcome, again.Receipt!.Sequence));
            }
        }

        private async Task MarkAsync(string branch)
        {
            var sequence = model.Line(branch)[^1].Sequence;
            if (sequence > 0)
            {
                await Timelines.MarkAsync(CallContext.Local, Workspace, Name, new TimelineMark { Sequence = sequence, Label = "good" }, CancellationToken.None);
                rested.Add(sequence);
            }
        }

        private async Task RollBackAsync(string branch)
        {
            var target = model.Line(branch)[random.Next(model.Line(branch).Count)];
            try
            {
                var result = await Timelines.RollBackAsync(CallContext.Local, Workspace, Name, new TimelineRollbackOrder { Branch = branch, ToSequence = target.Sequence }, CancellationToken.None);
                if (result.Outcome == TimelineOutcome.Recorded)
                {
                    Note(branch, result.Receipt!, target.State);
                    rested.Add(result.Delta!.RestoredSequence!.Value);
                }
            }
            catch (TemporalException expired) when (expired.Code == ErrorCodes.HistoryExpired)
            {
                refused++;
            }
        }

        private async Task BranchAsync(string from)
        {
            var line = model.Line(from);
            var fork = line[random.Next(line.Count)].Sequence;
            try
            {
                var order = new TimelineBranchOrder { Name = $"b{branchCount}", From = new TimelineMoment { Branch = from, AsOf = AsOf.After(Math.Max(fork, 1)) } };
                await Timelines.BranchAsync(CallContext.Local, Workspace, Name, order, CancellationToken.None);
                model.Branch($"b{branchCount++}", from, fork);
                rested.Add(fork);
            }
            catch (TemporalException expired) when (expired.Code == ErrorCodes.HistoryExpired)
            {
                refused++;
            }
        }

        private async Task MergeAsync(string into, string source)
        {
            if (into == source)
            {
                return;
            }

            var order = new TimelineMergeOrder { Source = source, Into = into, Conflict = random.Next(2) == 0 ? TimelineConflictRule.LastWriteWins : TimelineConflictRule.FirstWriteWins };
            var (ours, theirs) = (model.Line(into)[^1], model.Line(source)[^1]);
            var result = await Timelines.MergeAsync(CallContext.Local, Workspace, Name, order, CancellationToken.None);
            if (result.Delta is null)
            {
                return;
            }

            var start = result.Base.IsEmpty ? new float[Dimensions] : model.Branches.SelectMany(model.Line).First(step => step.Sequence == result.Base[0]).State;
            var expected = TimelineModel.Merge(start, ours.State, theirs.State, order.Conflict!.Value, index => LastChange(into, index) > LastChange(source, index))!;
            Equal(expected, (await Timelines.GetStateAsync(CallContext.Local, Workspace, Name, new TimelineMoment { Branch = into }, CancellationToken.None)).Values.ToArray());
            Note(into, result.Receipt!, expected);
            rested.UnionWith([result.Receipt!.Sequence, ours.Sequence, theirs.Sequence, .. result.Base]);
            merges++;
        }

        // By the steps as they were made, whether they are kept or not.
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

        private void Note(string branch, Receipt receipt, float[] state)
        {
            written.Add(receipt.Sequence, (branch, receipt.SystemTime));
            model.Add(branch, receipt.Sequence, state);
        }

        private string Pick() => model.Branches.ElementAt(random.Next(model.Branches.Count()));

        private float Value() => random.Next(5) switch { 0 => 0f, 1 => 1f, _ => (float)(random.NextDouble() - 0.5) };

        private static void Equal(float[] expected, float[] actual) =>
            Assert.Equal(expected.Select(BitConverter.SingleToInt32Bits), actual.Select(BitConverter.SingleToInt32Bits));
    }
}
