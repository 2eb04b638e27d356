using OrleansTemporal.Storage.Hosting;
using OrleansTemporal.Storage.Memory;

namespace OrleansTemporal.Storage.Tests.Hosting;

public sealed class TurnGateTests
{
    private readonly QueueWorkScheduler scheduler = new();

    [Fact]
    public async Task turns_come_in_the_order_of_the_callers_and_as_posted_work()
    {
        var gate = new TurnGate(scheduler);
        await gate.EnterAsync(CancellationToken.None);
        var order = new List<int>();
        for (var i = 0; i < 5; i++)
        {
            var caller = i;
            _ = TakeTurnAsync(gate, () => order.Add(caller));
        }

        gate.Exit();
        Assert.Empty(order);
        scheduler.RunUntilIdle();
        Assert.Equal([0, 1, 2, 3, 4], order);
        await gate.EnterAsync(CancellationToken.None);
    }

    [Fact]
    public async Task a_caller_that_stops_waiting_passes_its_turn_on()
    {
        var gate = new TurnGate(scheduler);
        await gate.EnterAsync(CancellationToken.None);
        using var stop = new CancellationTokenSource();
        var impatient = gate.EnterAsync(stop.Token).AsTask();
        var patient = gate.EnterAsync(CancellationToken.None).AsTask();
        await stop.CancelAsync();
        scheduler.RunUntilIdle();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        Assert.False(patient.IsCompleted);
        gate.Exit();
        scheduler.RunUntilIdle();
        await patient;
    }

    [Fact]
    public async Task threads_are_never_in_it_together()
    {
        var gate = new TurnGate(new ThreadPoolWorkScheduler());
        var (inside, count) = (0, 0);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 2_000; i++)
            {
                await gate.EnterAsync(CancellationToken.None);
                Assert.Equal(1, Interlocked.Increment(ref inside));
                count++;
                Interlocked.Decrement(ref inside);
                gate.Exit();
            }
        })));
        Assert.Equal(16_000, count);
    }

    private static async Task TakeTurnAsync(TurnGate gate, Action turn)
    {
        // The runner's own context would take the turns to other threads.
        await gate.EnterAsync(CancellationToken.None).ConfigureAwait(false);
        turn();
        gate.Exit();
    }
}
