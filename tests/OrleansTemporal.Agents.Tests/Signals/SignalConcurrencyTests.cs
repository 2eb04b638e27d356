using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Signals;
using static OrleansTemporal.Agents.Tests.Signals.SignalTestCalls;

namespace OrleansTemporal.Agents.Tests.Signals;

/// <summary>Goal: a reader never sees half an event, and no writer undoes another's, while generations are sealed in between.</summary>
public sealed class SignalConcurrencyTests
{
    private const int Writers = 4;
    private const int Batches = 150;

    [Fact]
    public async Task readers_see_whole_batches_and_writers_lose_nothing()
    {
        await using var store = await DiskStore.OpenAsync(1, new AgentOptions { GenerationBytesMax = 4_096 });
        var ledger = await store.DefineAsync();
        var at = store.Now();
        var isDone = false;
        var writers = Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
        {
            for (var i = 0; i < Batches; i++)
            {
                // Two entities in one batch, always alike; all at one time, so that a score is a count.
                await ledger.RecordAsync([Event("left", at), Event("right", at), Event($"own-{writer}", at), Event("left", at, id: $"{writer}-{i / 2}"), Event("right", at, id: $"{writer}-{i / 2}")]);
            }
        })).ToArray();
        var keeper = Task.Run(async () =>
        {
            while (!Volatile.Read(ref isDone))
            {
                await store.Database.MaintainAsync(CancellationToken.None);
                await Task.Yield();
            }
        });
        var reads = 0;
        while (reads < 100 || !writers.All(static writer => writer.IsCompleted))
        {
            var answer = await store.Database.SignalService.ReadAsync(
                CallContext.Local, Workspace, Ledger, new SignalQuery { Entities = ["left", "right"], At = at }, CancellationToken.None);
            var (left, right) = (answer.Readings[0].Of("view"), answer.Readings[1].Of("view"));
            Assert.Equal(left.Count, right.Count);
            Assert.Equal((left.Count, left.Count, left.Count), ((long)left.Scores[0].Value, (long)left.Sum, left.Windows[0].Count));
            reads++;
        }

        await Task.WhenAll(writers);
        Volatile.Write(ref isDone, true);
        await keeper;
        Assert.Equal(Writers * (Batches + (Batches / 2)), (await ledger.GetAsync("left", at)).Of("view").Count);
        var before = await store.AgentOf().GetStateAsync();
        await store.ReopenAsync(clean: false);
        Assert.Equal(before, await store.AgentOf().GetStateAsync());
        for (var writer = 0; writer < Writers; writer++)
        {
            Assert.Equal(Batches, (await store.SignalsOf().GetAsync($"own-{writer}", at)).Of("view").Count);
        }
    }
}
