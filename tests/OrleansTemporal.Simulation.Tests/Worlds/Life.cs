using OrleansTemporal.Agents;
using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Hosting;
using OrleansTemporal.Kv;
using OrleansTemporal.Storage.Journal;
using OrleansTemporal.Storage.Memory;

namespace OrleansTemporal.Simulation.Tests.Worlds;

/// <summary>One life of the process: from the opening of a disk to its end, in order or not.</summary>
internal sealed class Life
{
    private const int IdleTurnsMax = 50_000;

    private readonly WorldOptions options;
    private readonly QueueWorkScheduler scheduler;
    private readonly TracedFileSystem traced;
    private readonly SeededSalts salts;
    private readonly Trace trace;
    private readonly TemporalOptions database;
    private TemporalDatabase? opened;
    private int idleTurns;
    private long stepsOfFullDisk;

    public Life(Disk disk, WorldOptions options, int seed, int number, DateTimeOffset wall, Trace trace)
    {
        this.options = options;
        this.trace = trace;
        Number = number;
        Time = new ManualTime(wall);
        scheduler = new QueueWorkScheduler(seed);
        Plan = new FaultPlan(seed) { DelayChance = options.DelayChance };
        Files = disk.Open(Plan, scheduler);
        traced = new TracedFileSystem(Files, trace, options.FlushesNothing);
        salts = new SeededSalts(seed);
        database = OptionsOf(seed);
    }

    public int Number { get; }

    public Trace Trace => trace;

    public ManualTime Time { get; }

    public FaultPlan Plan { get; }

    public MemoryFileSystem Files { get; }

    public FailureWatch Watch { get; } = new();

    public TemporalDatabase Database => opened!;

    public async Task OpenAsync()
    {
        var parts = await DatabaseParts.OpenAsync(database, traced, scheduler, salts, JournalDriver.Scheduled, [], CancellationToken.None);
        opened = TemporalDatabase.Start(database, parts, withMaintenance: false);
    }

    /// <summary>Makes the namespaces that clients use, unless they are there.</summary>
    public async Task PrepareAsync()
    {
        await ConfigureAsync(Client.Split, new KvSettings { Partitions = Client.Partitions });
        await ConfigureAsync(Client.Buffered, new KvSettings { Durability = Durability.Buffered });
    }

    private async Task ConfigureAsync(string ns, KvSettings settings)
    {
        var present = await Database.KvService.GetSettingsAsync(CallContext.Local, Client.Workspace, ns, CancellationToken.None);
        if ((present.Partitions, present.Durability) != (settings.Partitions, settings.Durability))
        {
            await Database.KvService.PutSettingsAsync(CallContext.Local, Client.Workspace, ns, settings, CancellationToken.None);
        }
    }

    public async Task StopAsync() => await Database.DisposeAsync();

    /// <summary>Lets whatever waits go first.</summary>
    public Task PauseAsync()
    {
        var pause = new TaskCompletionSource();
        scheduler.Post(static state => ((TaskCompletionSource)state!).SetResult(), pause);
        return pause.Task;
    }

    public async Task KeepHouseAsync(Random random)
    {
        while (true)
        {
            for (var pauses = random.Next(30); pauses >= 0; pauses--)
            {
                await PauseAsync();
            }

            trace.Add($"housekeeping {await Database.MaintainAsync(CancellationToken.None)}");
            if (random.Next(3) == 0)
            {
                await CoolAsync(random);
            }
        }
    }

    /// <summary>One step of moving the data of some agent to another tier; what fails is tried again by a later one.</summary>
    public async Task CoolAsync(Random random)
    {
        var agents = Database.Directory.Agents.ToArray();
        if (agents.Length == 0)
        {
            return;
        }

        var agent = agents[random.Next(agents.Length)];
        try
        {
            var report = await ((IAgent)agent).CoolAsync(CoolOrders.Random(random, Database.SystemTime), CancellationToken.None);
            trace.Add($"cooling {agent.Id} {report.SealedDeltas} {report.PackedSegments} {report.PromotedSegments}");
        }
        catch (TemporalException failure)
        {
            trace.Add($"cooling failed {failure.Code}");
            Watch.Judge(failure);
        }
    }

    public void BeginFaults(Random random)
    {
        Plan.ErrorBeforeChance = options.ErrorChance * random.NextDouble();
        Plan.ErrorAfterChance = options.ErrorChance * random.NextDouble();
        Plan.PowerLossAt = random.Next(2) == 0 ? Files.OperationCount + random.Next(1, 1_500) : null;
        if (options.HasFullDisks)
        {
            Plan.CapacityBytes = Files.Snapshot().Files.Values.Sum(static bytes => (long)bytes.Length) + random.Next(200_000);
            stepsOfFullDisk = random.Next(5_000);
        }
    }

    public void EndFaults()
    {
        Plan.ErrorBeforeChance = Plan.ErrorAfterChance = 0;
        Plan.PowerLossAt = null;
        Plan.CapacityBytes = long.MaxValue;
    }

    /// <summary>One piece of work, or a moment of time when there is none.</summary>
    public void Step(Random random)
    {
        if (scheduler.RunOne())
        {
            idleTurns = 0;
        }
        else
        {
            ViolationException.ThrowUnless(++idleTurns < IdleTurnsMax, "somebody waits for something that will never happen");
            Time.Advance(TimeSpan.FromMilliseconds(random.Next(1, 20)));
        }

        if (random.Next(40) == 0)
        {
            Time.Advance(TimeSpan.FromMilliseconds(random.Next(4)));
        }

        if (options.HasClockSteps && random.Next(500) == 0)
        {
            Time.Set(Time.GetUtcNow() + TimeSpan.FromMilliseconds(random.Next(-60_000, 60_000)));
        }

        if (options.HasFullDisks && --stepsOfFullDisk == 0)
        {
            Plan.CapacityBytes = long.MaxValue;
        }
    }

    /// <summary>Goes on until a task is done, and throws what it threw.</summary>
    public void Wait(Task task)
    {
        if (!TryWait(task, static () => false))
        {
            throw new InvalidOperationException("The task did not end.");
        }
    }

    /// <summary>Goes on until a task is done, or the power is gone. True when the task is done.</summary>
    public bool WaitOrDie(Task task) => TryWait(task, () => Files.IsDead);

    private bool TryWait(Task task, Func<bool> isOver)
    {
        var random = new Random(Number);
        while (!task.IsCompleted)
        {
            if (isOver())
            {
                return false;
            }

            Step(random);
        }

        if (isOver())
        {
            return false;
        }

        task.GetAwaiter().GetResult();
        return true;
    }

    // Tiny, so that everything happens all the time; a large cache, since what is thrown out of a small one depends on hash codes.
    private TemporalOptions OptionsOf(int seed) => new()
    {
        Time = Time,
        Loggers = Watch,
        SealOnClose = seed % 3 == 0,
        Storage = new StorageOptions
        {
            JournalFileBytes = 32 << 10,
            JournalBytesMax = 128 << (10 + (seed % 3)),
            GenerationBytesMax = 1_000 << (seed % 5),
            MemoryBytesMax = seed % 2 == 0 ? 4_000 : 1 << 20,
            CacheBytesMax = 8 << 20,
        },
    };
}
