using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using OrleansTemporal.Causality;
using OrleansTemporal.Storage.Journal;
using OrleansTemporal.Storage.Memory;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Tests.Journal;

/// <summary>A journal on one thread: memory for a disk, a queue for threads, a clock by hand.</summary>
internal sealed class JournalWorld
{
    public static readonly JournalOptions Small = new()
    {
        FileBytes = 64 << 10,
        FirstFileBytes = 32 << 10,
        JournalBytesMax = 256 << 10,
        StagedBytesMax = 64 << 10,
        Driver = JournalDriver.Scheduled,
    };

    private readonly Random salts;

    public JournalWorld(
        MemoryImage? image = null, FaultPlan? plan = null, JournalOptions? options = null, int seed = 1, MemoryFileSystem? sameDisk = null)
    {
        Plan = plan ?? new FaultPlan(seed);
        Work = new QueueWorkScheduler(seed);
        Files = sameDisk?.Restart(Plan, Work) ?? (image is null ? new MemoryFileSystem(Plan, Work) : new MemoryFileSystem(image, Plan, Work));
        Options = options ?? Small;
        salts = new Random(seed);
    }

    public FaultPlan Plan { get; }

    public QueueWorkScheduler Work { get; }

    public MemoryFileSystem Files { get; }

    public JournalOptions Options { get; }

    public ManualTime Time { get; } = new();

    public SharedJournal Journal { get; private set; } = null!;

    public static AgentId Agent(int number) => AgentId.Parse($"kv/default/agent{number}/0");

    public static HybridTimestamp At(long milliseconds) => HybridTimestamp.FromMilliseconds(milliseconds);

    public static byte[] Record(AgentId agent, long sequence, int bytes = 0) =>
        [.. Encoding.ASCII.GetBytes($"{agent}@{sequence}:"), .. new byte[bytes]];


    public static JournalWorld Opened(MemoryImage? image = null, FaultPlan? plan = null, JournalOptions? options = null, int seed = 1)
    {
        var world = new JournalWorld(image, plan, options, seed);
        world.Open();
        return world;
    }

    /// <summary>Opens the journal of the next process on a copy of the disk.</summary>
    public JournalWorld Reopened(int seed = 2) => Opened(Files.Snapshot(), options: Options, seed: seed);

    /// <summary>Lets the process die and opens the journal of the next one on the same disk.</summary>
    public JournalWorld Killed(FaultPlan? plan = null, int seed = 2)
    {
        var next = new JournalWorld(plan: plan, options: Options, seed: seed, sameDisk: Files);
        next.Open();
        return next;
    }

    public void Open() => Journal = Run(SharedJournal.OpenAsync(
        Files, Work, Time, salts.NextBytes, Options, NullLogger<SharedJournal>.Instance, CancellationToken.None));

    public ICausalLog Log(int agent) => Run(Journal.OpenAsync(Agent(agent), CancellationToken.None));

    public T Run<T>(ValueTask<T> call)
    {
        var task = call.AsTask();
        Work.RunUntil(task);
        return task.GetAwaiter().GetResult();
    }

    public void Run(ValueTask call)
    {
        var task = call.AsTask();
        Work.RunUntil(task);
        task.GetAwaiter().GetResult();
    }

    public T Fails<T>(ValueTask call)
        where T : Exception
    {
        var task = call.AsTask();
        Work.RunUntil(task);
        return Assert.ThrowsAny<T>(() => task.GetAwaiter().GetResult());
    }

    /// <summary>Stages the next record of an agent and returns its sequence.</summary>
    public static long Stage(ICausalLog log, AgentId agent, int bytes = 0)
    {
        var sequence = log.LastSequence + 1;
        log.Enqueue(sequence, At(sequence), Record(agent, sequence, bytes));
        return sequence;
    }

    /// <summary>Writes records one after the other, each in a group of its own.</summary>
    public void Write(ICausalLog log, int agent, int count, int bytes = 0)
    {
        for (var i = 0; i < count; i++)
        {
            Run(log.WhenDurableAsync(Stage(log, Agent(agent), bytes), CancellationToken.None));
        }
    }

    public List<byte[]> ReadAll(ICausalLog log, long after = 0, int pageBytes = 10_000)
    {
        var all = new List<byte[]>();
        while (true)
        {
            var page = Run(log.ReadAsync(after, pageBytes, CancellationToken.None));
            all.AddRange(page.Records.Select(record => record.ToArray()));
            after += page.Records.Count;
            if (!page.HasMore)
            {
                return all;
            }
        }
    }

    /// <summary>Fails unless the log holds exactly the records of its agent from one sequence to another.</summary>
    public void Holds(int agent, ICausalLog log, long through, long from = 1, int bytes = 0)
    {
        var records = ReadAll(log, from - 1);
        Assert.Equal(through - from + 1, records.Count);
        for (var i = 0; i < records.Count; i++)
        {
            Assert.Equal(Record(Agent(agent), from + i, bytes), records[i]);
        }

        Assert.Equal(through, log.LastSequence);
        Assert.Equal(through, log.DurableThrough);
    }
}
