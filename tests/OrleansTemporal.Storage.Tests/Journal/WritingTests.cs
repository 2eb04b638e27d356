using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Journal;
using OrleansTemporal.Storage.Memory;
using static OrleansTemporal.Storage.Tests.Journal.JournalWorld;

namespace OrleansTemporal.Storage.Tests.Journal;

public class WritingTests
{
    [Fact]
    public void record_is_read_back_after_it_is_durable()
    {
        var world = Opened();
        var log = world.Log(1);
        Assert.Equal(0, log.LastSequence);
        Assert.Equal(1, log.FirstSequence);
        Stage(log, Agent(1));
        Assert.Equal(0, log.DurableThrough);
        Assert.Equal(1, log.LastSequence);
        Assert.Empty(world.ReadAll(log));

        world.Run(log.WhenDurableAsync(1, default));
        world.Holds(1, log, 1);
        Assert.Equal(1, log.FirstSequence);
        Assert.Equal(Record(Agent(1), 1).Length, log.Bytes);
    }

    [Fact]
    public void records_are_there_after_a_clean_stop_and_the_log_goes_on()
    {
        var world = Opened(options: Small with { FirstFileBytes = Small.FileBytes });
        world.Write(world.Log(1), 1, 5);
        world.Run(world.Journal.DisposeAsync());

        var next = world.Reopened();
        var log = next.Log(1);
        next.Holds(1, log, 5);
        next.Write(log, 1, 3);
        next.Run(next.Journal.DisposeAsync());
        Assert.Equal(1, next.Journal.Status.FileCount);

        var last = next.Reopened(3);
        last.Holds(1, last.Log(1), 8);
        Assert.Null(last.Journal.Status.Fault);
    }

    [Fact]
    public void records_are_there_after_the_process_died_and_go_on_in_a_new_file()
    {
        var world = Opened();
        world.Write(world.Log(1), 1, 5);
        var next = world.Reopened();
        Assert.Equal(2, next.Journal.Status.FileCount);
        next.Write(next.Log(1), 1, 2);
        var last = next.Reopened(3);
        last.Holds(1, last.Log(1), 7);
        Assert.Null(last.Journal.Status.Fault);
    }

    [Fact]
    public void process_that_dies_without_writing_leaves_no_more_files_each_time()
    {
        var world = Opened();
        world.Write(world.Log(1), 1, 1);
        for (var i = 0; i < 5; i++)
        {
            world = world.Reopened(10 + i);
            world.Work.RunUntilIdle();
        }

        Assert.Equal(2, world.Files.Snapshot().Files.Keys.Count(path => path.EndsWith(".log", StringComparison.Ordinal)));
        world.Holds(1, world.Log(1), 1);
    }

    [Fact]
    public void records_of_two_agents_stay_apart()
    {
        var world = Opened();
        var logs = new[] { world.Log(0), world.Log(1) };
        var random = new Random(7);
        var marks = new long[2];
        for (var i = 0; i < 400; i++)
        {
            var agent = random.Next(2);
            marks[agent] = Stage(logs[agent], Agent(agent), random.Next(300));
            if (random.Next(5) == 0)
            {
                world.Run(logs[agent].WhenDurableAsync(marks[agent], default));
            }
        }

        for (var agent = 0; agent < 2; agent++)
        {
            world.Run(logs[agent].WhenDurableAsync(marks[agent], default));
            Assert.Equal(marks[agent], world.ReadAll(logs[agent]).Count);
        }

        var next = world.Reopened();
        for (var agent = 0; agent < 2; agent++)
        {
            var records = next.ReadAll(next.Log(agent));
            Assert.Equal(marks[agent], records.Count);
            Assert.All(records, record => Assert.StartsWith($"{Agent(agent)}@", System.Text.Encoding.ASCII.GetString(record), StringComparison.Ordinal));
        }
    }

    [Fact]
    public void thousand_agents_share_a_flush()
    {
        var world = Opened();
        var logs = Enumerable.Range(0, 1000).Select(world.Log).ToList();
        var before = world.Journal.Status.FlushCount;
        var waits = new List<Task>();
        for (var agent = 0; agent < logs.Count; agent++)
        {
            Stage(logs[agent], Agent(agent));
        }

        waits.AddRange(logs.Select(log => log.WhenDurableAsync(1, default).AsTask()));
        world.Work.RunUntilIdle();
        Assert.All(waits, wait => Assert.True(wait.IsCompletedSuccessfully));
        Assert.Equal(before + 1, world.Journal.Status.FlushCount);
        for (var agent = 0; agent < logs.Count; agent += 97)
        {
            world.Holds(agent, logs[agent], 1);
        }
    }

    [Fact]
    public void records_of_one_agent_stand_together_so_that_reading_them_reads_little_else()
    {
        var world = Opened(options: Small with { FileBytes = 1 << 20, FirstFileBytes = 1 << 20, JournalBytesMax = 4 << 20, StagedBytesMax = 1 << 20 });
        var logs = Enumerable.Range(0, 10).Select(world.Log).ToList();
        for (var group = 0; group < 2; group++)
        {
            for (var i = 0; i < 100; i++)
                Stage(logs[i % 10], Agent(i % 10), 1_000);
            world.Run(logs[9].WhenDurableAsync(logs[9].LastSequence, default));
        }

        for (var agent = 0; agent < 10; agent++)
        {
            var page = world.Run(logs[agent].ReadAsync(0, 25_000, default));
            Assert.Equal(20, page.Records.Count);
            world.Holds(agent, logs[agent], 20, bytes: 1_000);
        }
    }

    [Fact]
    public void record_larger_than_a_file_is_kept()
    {
        var world = Opened();
        var log = world.Log(1);
        world.Write(log, 1, 1, bytes: 10);
        world.Write(log, 1, 1, bytes: 200_000);
        Stage(log, Agent(1));
        world.Run(log.WhenDurableAsync(3, default));
        var next = world.Reopened();
        Assert.Equal(new[] { 10, 200_000, 0 }.Select((bytes, i) => Record(Agent(1), i + 1, bytes)), next.ReadAll(next.Log(1)));
    }

    [Fact]
    public void record_that_nobody_waits_for_is_durable_after_the_interval()
    {
        var world = Opened();
        var log = world.Log(1);
        Stage(log, Agent(1));
        world.Work.RunUntilIdle();
        Assert.Equal(0, log.DurableThrough);
        world.Time.Advance(world.Options.FlushInterval);
        world.Work.RunUntilIdle();
        Assert.Equal(1, log.DurableThrough);
    }

    [Fact]
    public void many_bytes_that_nobody_waits_for_are_flushed_at_once()
    {
        var world = Opened(options: Small with { FlushAtBytes = 10_000 });
        var log = world.Log(1);
        for (var i = 0; i < 11; i++)
        {
            Stage(log, Agent(1), 1_000);
        }

        world.Work.RunUntilIdle();
        Assert.True(log.DurableThrough > 0);
    }

    [Fact]
    public void cancelled_wait_ends_and_the_record_stays()
    {
        var world = Opened();
        var log = world.Log(1);
        using var stop = new CancellationTokenSource();
        Stage(log, Agent(1));
        var wait = log.WhenDurableAsync(1, stop.Token).AsTask();
        stop.Cancel();
        world.Work.RunUntilIdle();
        Assert.True(wait.IsCanceled);
        world.Run(log.WhenDurableAsync(1, default));
        world.Holds(1, log, 1);
    }

    [Fact]
    public void instant_that_was_answered_for_is_behind_every_later_stamp()
    {
        var world = Opened();
        world.Write(world.Log(1), 1, 3);
        world.Run(world.Journal.CloseAsync(At(5_000), default));
        var flushes = world.Journal.Status.FlushCount;
        world.Run(world.Journal.CloseAsync(At(5_000), default));
        Assert.Equal(flushes, world.Journal.Status.FlushCount);
        Assert.InRange(world.Reopened().Journal.ResumeFrom.Milliseconds, 5_000, 5_000 + (long)Small.CeilingSlack.TotalMilliseconds);
    }

    [Fact]
    public void reopened_handle_takes_over_and_the_old_one_is_dead()
    {
        var world = Opened();
        var old = world.Log(1);
        Stage(old, Agent(1));
        var log = world.Log(1);
        Assert.Equal(1, log.LastSequence);
        world.Holds(1, log, 1);
        Assert.NotNull(old.Fault);
        old.Enqueue(2, At(2), [1]);
        Assert.Equal(1, log.LastSequence);
        Assert.True(world.Fails<TemporalException>(old.WhenDurableAsync(2, default)).OutcomeUnknown);
    }

    [Fact]
    public void dropped_agent_is_forgotten_and_starts_anew()
    {
        var world = Opened();
        var log = world.Log(1);
        world.Write(log, 1, 3);
        Stage(log, Agent(1));
        world.Run(world.Journal.DropAsync(Agent(1), default));
        Assert.NotNull(log.Fault);
        Assert.Equal(0, world.Log(1).LastSequence);

        var next = world.Reopened();
        Assert.Equal(0, next.Log(1).LastSequence);
        next.Write(next.Log(1), 1, 2);
        next.Holds(1, next.Log(1), 2);
        var last = next.Reopened(3);
        last.Holds(1, last.Log(1), 2);
    }

    [Fact]
    public async Task one_caller_after_the_other_writes_on_a_real_disk()
    {
        var folder = Directory.CreateTempSubdirectory("ot-journal");
        try
        {
            var options = new JournalOptions { FirstFileBytes = 1 << 20, FileBytes = 1 << 20, JournalBytesMax = 1 << 28 };
            for (var round = 0; round < 2; round++)
            {
                await using var journal = await SharedJournal.OpenAsync(
                    new Storage.Local.LocalFileSystem(folder.FullName), new Storage.Hosting.ThreadPoolWorkScheduler(), TimeProvider.System,
                    System.Security.Cryptography.RandomNumberGenerator.Fill, options, Microsoft.Extensions.Logging.Abstractions.NullLogger<SharedJournal>.Instance, default);
                await Parallel.ForAsync(0, 16, async (agent, _) =>
                {
                    await using var log = await journal.OpenAsync(Agent(agent), default);
                    Assert.Equal(round * 200, log.LastSequence);
                    for (var i = 0; i < 200; i++)
                    {
                        await log.ReserveAsync(1_000, default);
                        await log.WhenDurableAsync(Stage(log, Agent(agent), 1_000), default);
                    }

                    var page = await log.ReadAsync(0, 1 << 20, default);
                    for (var i = 0; i < page.Records.Count; i++)
                    {
                        Assert.Equal(Record(Agent(agent), i + 1, 1_000), page.Records[i].ToArray());
                    }
                });
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
