using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Hosting;
using OrleansTemporal.Storage.Journal;
using OrleansTemporal.Storage.Memory;
using OrleansTemporal.Storage.Ports;
using static OrleansTemporal.Storage.Tests.Journal.JournalWorld;

namespace OrleansTemporal.Storage.Tests.Journal;

/// <summary>Real threads: what no simulation on one thread can meet.</summary>
public class ThreadedTests
{
    private static readonly JournalOptions Options = Small with { Driver = JournalDriver.Threaded, JournalBytesMax = 16 << 20, ReserveWait = TimeSpan.FromMinutes(1) };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(64)]
    public async Task every_caller_is_told_and_every_record_is_there(int callers)
    {
        const int each = 300;
        var files = new MemoryFileSystem();
        await using (var journal = await OpenAsync(files))
        {
            await Parallel.ForAsync(0, callers, new ParallelOptions { MaxDegreeOfParallelism = callers }, async (agent, _) =>
            {
                await using var log = await journal.OpenAsync(Agent(agent), default);
                for (var i = 1; i <= each; i++)
                {
                    await log.ReserveAsync(100, default);
                    await log.WhenDurableAsync(Stage(log, Agent(agent)), default);
                    Assert.True(log.DurableThrough >= i);
                    if (i % 50 == 0)
                        await journal.CloseAsync(At(i), default);
                }
            });
        }

        await using var next = await OpenAsync(new MemoryFileSystem(files.Crash()));
        for (var agent = 0; agent < callers; agent++)
        {
            var log = await next.OpenAsync(Agent(agent), default);
            Assert.Equal(each, log.LastSequence);
            var records = await ReadAllAsync(log);
            for (var i = 0; i < each; i++)
                Assert.Equal(Record(Agent(agent), i + 1), records[i].ToArray());
        }
    }

    [Fact]
    public async Task many_callers_of_one_agent_keep_its_order()
    {
        await using var journal = await OpenAsync(new MemoryFileSystem());
        var log = await journal.OpenAsync(Agent(1), default);
        var agentGate = new Lock();
        await Parallel.ForAsync(0, 2_000, new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (_, _) =>
        {
            long mark;
            await log.ReserveAsync(100, default);
            lock (agentGate)
                mark = Stage(log, Agent(1));
            await log.WhenDurableAsync(mark, default);
            Assert.True(log.DurableThrough >= mark);
        });
        var records = await ReadAllAsync(log);
        Assert.Equal(2_000, records.Count);
        for (var i = 0; i < 2_000; i++)
            Assert.Equal(Record(Agent(1), i + 1), records[i].ToArray());
    }

    [Fact]
    public async Task waits_that_are_cancelled_at_any_moment_end_once_and_mix_up_nobody()
    {
        await using var journal = await OpenAsync(new MemoryFileSystem());
        var cancelled = 0;
        await Parallel.ForAsync(0, 16, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (agent, _) =>
        {
            var log = await journal.OpenAsync(Agent(agent), default);
            var random = new Random(agent);
            for (var i = 1; i <= 500; i++)
            {
                var stop = new CancellationTokenSource();
                var mark = Stage(log, Agent(agent));
                var wait = log.WhenDurableAsync(mark, stop.Token);
                if (random.Next(2) == 0)
                    ThreadPool.UnsafeQueueUserWorkItem(static state => state.Cancel(), stop, preferLocal: false);
                try
                {
                    await wait;
                    Assert.True(log.DurableThrough >= mark);
                }
                catch (OperationCanceledException)
                {
                    Interlocked.Increment(ref cancelled);
                    await log.WhenDurableAsync(mark, default);
                }
            }

            Assert.Equal(500, log.LastSequence);
        });
        Assert.True(cancelled > 0);
    }

    [Fact]
    public async Task disk_that_fails_now_and_then_loses_nothing_that_was_acknowledged()
    {
        var plan = new FaultPlan(5) { ErrorBeforeChance = 0.001, ErrorAfterChance = 0.001 };
        var files = new MemoryFileSystem(plan);
        var acknowledged = new long[16];
        var unknown = 0;
        await using (var journal = await OpenAsync(files))
        {
            await Parallel.ForAsync(0, 16, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (agent, _) =>
            {
                var log = await journal.OpenAsync(Agent(agent), default);
                for (var i = 0; i < 400 && journal.Status.IsWritable; i++)
                {
                    try
                    {
                        await log.ReserveAsync(100, default);
                        var mark = Stage(log, Agent(agent));
                        await log.WhenDurableAsync(mark, default);
                        acknowledged[agent] = mark;
                    }
                    catch (TemporalException exception) when (exception.Kind == ErrorKind.Unavailable)
                    {
                        Interlocked.Increment(ref unknown);
                        log = await journal.OpenAsync(Agent(agent), default);
                        Assert.True(log.LastSequence >= acknowledged[agent]);
                    }
                }
            });
            plan.ErrorBeforeChance = plan.ErrorAfterChance = 0;
        }

        Assert.True(unknown > 0);
        await using var next = await OpenAsync(new MemoryFileSystem(files.Crash()));
        for (var agent = 0; agent < 16; agent++)
        {
            var log = await next.OpenAsync(Agent(agent), default);
            Assert.True(log.LastSequence >= acknowledged[agent]);
            Assert.Equal(log.LastSequence, (await ReadAllAsync(log)).Count);
        }
    }

    [Fact]
    public async Task caller_that_blocks_where_it_is_told_delays_the_others_and_stops_nobody()
    {
        await using var journal = await OpenAsync(new MemoryFileSystem());
        await Parallel.ForAsync(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (agent, _) =>
        {
            var log = await journal.OpenAsync(Agent(agent), default);
            for (var i = 0; i < 20; i++)
            {
                await log.WhenDurableAsync(Stage(log, Agent(agent)), default).ConfigureAwait(false);
                log.WhenDurableAsync(Stage(log, Agent(agent)), default).AsTask().Wait(default(CancellationToken));
            }

            Assert.Equal(40, log.DurableThrough);
        });
    }

    [Fact]
    public async Task no_caller_runs_on_the_thread_that_writes()
    {
        await using var journal = await OpenAsync(new MemoryFileSystem());
        var names = new System.Collections.Concurrent.ConcurrentBag<string?>();
        await Parallel.ForAsync(0, 32, new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (agent, _) =>
        {
            var log = await journal.OpenAsync(Agent(agent), default);
            for (var i = 0; i < 50; i++)
            {
                await log.WhenDurableAsync(Stage(log, Agent(agent)), default).ConfigureAwait(false);
                names.Add(Thread.CurrentThread.Name);
            }
        });
        Assert.DoesNotContain("OrleansTemporal journal", names);
    }

    private static async Task<List<ReadOnlyMemory<byte>>> ReadAllAsync(ICausalLog log)
    {
        var all = new List<ReadOnlyMemory<byte>>();
        while (true)
        {
            var page = await log.ReadAsync(all.Count, 100_000, default);
            all.AddRange(page.Records);
            if (!page.HasMore)
                return all;
        }
    }

    private static async Task<SharedJournal> OpenAsync(IFileSystem files) => await SharedJournal.OpenAsync(
        files, new ThreadPoolWorkScheduler(), TimeProvider.System, RandomNumberGenerator.Fill, Options, NullLogger<SharedJournal>.Instance, default);
}
