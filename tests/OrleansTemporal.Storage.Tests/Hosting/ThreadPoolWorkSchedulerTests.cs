using OrleansTemporal.Storage.Hosting;

namespace OrleansTemporal.Storage.Tests.Hosting;

public class ThreadPoolWorkSchedulerTests
{
    [Theory]
    [InlineData(1, 100)]
    [InlineData(4, 0)]
    [InlineData(4, 1)]
    [InlineData(4, 1_000)]
    public async Task every_piece_runs_once(int parallelism, int count)
    {
        var runs = new int[count];
        await new ThreadPoolWorkScheduler(parallelism).ForAsync(count, i => Interlocked.Increment(ref runs[i]), default);
        Assert.All(runs, run => Assert.Equal(1, run));
    }

    [Fact]
    public async Task first_exception_is_thrown_and_ends_the_batch()
    {
        var runs = 0;
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(async () => await new ThreadPoolWorkScheduler(2).ForAsync(
            100_000, i =>
            {
                Interlocked.Increment(ref runs);
                if (i == 3)
                    throw new InvalidOperationException("three");
            },
            default));
        Assert.Equal("three", failure.Message);
        Assert.InRange(runs, 1, 99_999);
    }

    [Fact]
    public async Task batch_inside_of_a_batch_completes()
    {
        var scheduler = new ThreadPoolWorkScheduler(4);
        var runs = 0;
        await scheduler.ForAsync(8, _ => scheduler.ForAsync(8, _ => Interlocked.Increment(ref runs), default).AsTask().Wait(), default);
        Assert.Equal(64, runs);
    }

    [Fact]
    public async Task cancelled_batch_stops()
    {
        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await new ThreadPoolWorkScheduler(2).ForAsync(
            100_000, _ => stop.Cancel(), stop.Token));
    }

    [Fact]
    public async Task posted_work_gets_its_state()
    {
        var done = new TaskCompletionSource<object?>();
        new ThreadPoolWorkScheduler().Post(state => done.SetResult(state), "state");
        Assert.Equal("state", await done.Task);
    }
}
