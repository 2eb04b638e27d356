using System.Security.Cryptography;
using System.Text;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Journal;
using OrleansTemporal.Storage.Memory;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Tests.Journal;

/// <summary>
/// Agents that write, wait, trim, drop and open anew on one journal, on a disk that is slow, fails and loses power, beside
/// a list of what they wrote. What comes back after each end of the process must be a prefix of what was enqueued, and
/// hold all that was acknowledged.
/// </summary>
internal sealed class JournalSimulation
{
    private const int AgentCount = 4;
    private readonly Random random;
    private readonly Oracle[] oracles = [.. Enumerable.Range(0, AgentCount).Select(number => new Oracle(number))];
    private readonly StringBuilder trace = new();
    private readonly List<Task> watches = [];
    private JournalWorld world;
    private readonly bool endsSeldom;
    private readonly double errorChance;
    private int lives;
    private long floor;

    public JournalSimulation(int seed)
    {
        random = new Random(seed);
        endsSeldom = random.Next(3) == 0;
        errorChance = random.Next(3) * 0.015;
        world = JournalWorld.Opened(plan: NewPlan(), seed: seed);
        Shake();
    }

    /// <summary>What happened, so that two runs of a seed can be compared.</summary>
    public string Trace => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(trace.ToString())));

    /// <summary>How many acknowledged records were found again.</summary>
    public long Found { get; private set; }

    public void Run(int steps)
    {
        for (var step = 0; step < steps; step++)
        {
            var oracle = oracles[random.Next(AgentCount)];
            switch (random.Next(100))
            {
                case < 40:
                    Write(oracle);
                    break;
                case < 65:
                    for (var i = random.Next(1, 12); i > 0; i--)
                        world.Work.RunOne();
                    break;
                case < 75:
                    Trim(oracle);
                    break;
                case < 79:
                    world.Time.Advance(TimeSpan.FromMilliseconds(random.Next(30)));
                    break;
                case < 83:
                    Close();
                    break;
                case < 85:
                    Drop(oracle);
                    break;
                case < 93:
                    Read(oracle);
                    break;
                case < 97:
                    OpenAnew(oracle);
                    break;
                default:
                    if (!endsSeldom || random.Next(10) == 0)
                        EndProcess();
                    break;
            }
        }

        EndProcess();
    }

    private static byte[] Content(Random random, AgentId agent, long sequence) =>
        [.. JournalWorld.Record(agent, sequence, random.Next(10) == 0 ? random.Next(6_000) : random.Next(200)), (byte)random.Next(256), (byte)random.Next(256)];

    private FaultPlan NewPlan() => new(random.Next());

    // Not while it opens: an open that fails is one more restart, which a test of its own has.
    private void Shake()
    {
        world.Plan.DelayChance = random.Next(2) * 0.3;
        world.Plan.ErrorBeforeChance = random.Next(2) * errorChance;
        world.Plan.ErrorAfterChance = random.Next(2) * errorChance;
    }

    private void Calm()
    {
        world.Plan.ErrorBeforeChance = 0;
        world.Plan.ErrorAfterChance = 0;
    }

    private void Write(Oracle oracle)
    {
        if (Usable(oracle) is not { } log)
            return;
        var agent = JournalWorld.Agent(oracle.Number);
        var sequence = log.LastSequence + 1;
        var record = Content(random, agent, sequence);
        try
        {
            var room = log.ReserveAsync(record.Length + random.Next(100), default);
            if (!room.IsCompletedSuccessfully)
            {
                // Others go on meanwhile; this one comes too late and gives back what it got.
                var late = room.AsTask();
                world.Time.Advance(world.Options.ReserveWait);
                world.Work.RunUntilIdle();
                Assert.True(late.IsCompleted, "a wait for room neither ended nor ran out of time");
                if (late.IsCompletedSuccessfully)
                    log.Release(record.Length);
                _ = late.Exception;
                return;
            }
        }
        catch (TemporalException exception) when (exception.Kind == ErrorKind.Unavailable)
        {
            return;
        }

        log.Enqueue(sequence, JournalWorld.At(++floor), record);
        if (log.Fault is not null)
            return;
        oracle.Enqueued.Add(record);
        Assert.Equal(oracle.Enqueued.Count, sequence);
        if (random.Next(3) > 0)
            Watch(oracle, log, sequence);
    }

    private void Watch(Oracle oracle, ICausalLog log, long sequence)
    {
        var life = lives;
        var owner = oracle.Lives;
        watches.Add(Await());

        async Task Await()
        {
            try
            {
                await log.WhenDurableAsync(sequence, default).ConfigureAwait(false);
            }
            catch (TemporalException exception)
            {
                Assert.True(exception.OutcomeUnknown);
                trace.Append("unknown ").Append(oracle.Number).Append('@').Append(sequence).Append('\n');
                return;
            }

            Assert.True(log.DurableThrough >= sequence);
            Assert.Equal(life, lives);
            if (owner == oracle.Lives)
                oracle.Acknowledged = Math.Max(oracle.Acknowledged, sequence);
            trace.Append("durable ").Append(oracle.Number).Append('@').Append(sequence).Append('\n');
        }
    }

    private void Trim(Oracle oracle)
    {
        if (oracle.Log is not { Fault: null } log || log.DurableThrough <= oracle.Trimmed)
            return;
        oracle.Acknowledged = Math.Max(oracle.Acknowledged, log.DurableThrough);
        oracle.Trimmed += random.NextInt64(log.DurableThrough - oracle.Trimmed + 1);
        log.Trim(oracle.Trimmed);
    }

    private void Close()
    {
        var instant = ++floor;
        try
        {
            var closing = world.Journal.CloseAsync(JournalWorld.At(instant), default).AsTask();
            closing.ContinueWith(_ => { }, TaskContinuationOptions.ExecuteSynchronously);
        }
        catch (TemporalException exception)
        {
            Assert.Equal(ErrorKind.Unavailable, exception.Kind);
        }
    }

    private void Drop(Oracle oracle)
    {
        Task drop;
        try
        {
            drop = world.Journal.DropAsync(JournalWorld.Agent(oracle.Number), default).AsTask();
        }
        catch (TemporalException exception)
        {
            Assert.Equal(ErrorKind.Unavailable, exception.Kind);
            return;
        }

        oracle.Log = null;
        oracle.MayBeDropped = true;
        world.Work.RunUntilIdle();
        Assert.True(drop.IsCompleted);
        if (drop.IsCompletedSuccessfully)
            oracle.Forget();
    }

    private void Read(Oracle oracle)
    {
        if (Usable(oracle) is not { } log)
            return;
        Compare(oracle, log, log.DurableThrough, isGrowing: true);
    }

    private void OpenAnew(Oracle oracle)
    {
        oracle.Log = null;
        Usable(oracle);
    }

    // A handle that works, or null.
    private ICausalLog? Usable(Oracle oracle)
    {
        if (oracle.Log is { Fault: null } usable)
            return usable;
        world.Work.RunUntilIdle();
        Open(oracle);
        return oracle.Log;
    }

    private void Open(Oracle oracle)
    {
        var log = world.Log(oracle.Number);
        if (world.Journal.Status.IsWritable)
        {
            // A read-only journal does not know yet whether a drop that failed is on the disk.
            if (oracle.MayBeDropped && log.LastSequence == 0)
                oracle.Forget();
            oracle.MayBeDropped = false;
        }

        log.Trim(oracle.Trimmed);
        Compare(oracle, log, log.LastSequence);
        if (world.Journal.Status.IsWritable)
        {
            // What did not come back is void for ever; a read-only journal may still find it at the next start.
            oracle.Enqueued.RemoveRange((int)log.LastSequence, oracle.Enqueued.Count - (int)log.LastSequence);
        }

        oracle.Log = log;
    }

    private void Compare(Oracle oracle, ICausalLog log, long through, bool isGrowing = false)
    {
        Assert.InRange(through, oracle.Acknowledged, oracle.Enqueued.Count);
        var (before, after) = (world.Plan.ErrorBeforeChance, world.Plan.ErrorAfterChance);
        Calm();
        var records = world.ReadAll(log, oracle.Trimmed, 1 + random.Next(20_000));
        (world.Plan.ErrorBeforeChance, world.Plan.ErrorAfterChance) = (before, after);
        Assert.InRange(records.Count, through - oracle.Trimmed, isGrowing ? log.DurableThrough - oracle.Trimmed : through - oracle.Trimmed);
        for (var i = 0; i < records.Count; i++)
            Assert.Equal(oracle.Enqueued[(int)oracle.Trimmed + i], records[i]);
        Found += records.Count;
    }

    private void EndProcess()
    {
        MemoryImage? image = null;
        switch (random.Next(4))
        {
            case 0:
                Calm();
                world.Run(world.Journal.DisposeAsync());
                image = world.Files.Crash();
                trace.Append("stop\n");
                break;
            case 1:
                trace.Append("kill\n");
                break;
            default:
                image = world.Files.Crash();
                trace.Append("crash\n");
                break;
        }

        lives++;
        foreach (var watch in watches.Where(watch => watch.IsFaulted))
            watch.GetAwaiter().GetResult();
        watches.Clear();
        foreach (var (path, bytes) in (image ?? world.Files.Snapshot()).Files)
            trace.Append(path).Append(' ').Append(Convert.ToHexString(SHA256.HashData(bytes))).Append('\n');
        var closed = world.Journal.ResumeFrom;
        world = image is null ? world.Killed(NewPlan(), random.Next()) : JournalWorld.Opened(image, NewPlan(), seed: random.Next());
        Assert.True(world.Journal.ResumeFrom >= closed, "the clock went back");
        foreach (var oracle in oracles)
        {
            oracle.Log = null;
            Open(oracle);
        }

        Shake();
    }

    /// <summary>What one agent did.</summary>
    private sealed class Oracle(int number)
    {
        public int Number { get; } = number;

        public List<byte[]> Enqueued { get; } = [];

        public long Acknowledged { get; set; }

        public long Trimmed { get; set; }

        public bool MayBeDropped { get; set; }

        public int Lives { get; private set; }

        public ICausalLog? Log { get; set; }

        public void Forget()
        {
            Enqueued.Clear();
            Acknowledged = 0;
            Trimmed = 0;
            Lives++;
            Log = null;
            MayBeDropped = false;
        }
    }
}
