using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Memory;
using static OrleansTemporal.Simulation.Tests.Worlds.ViolationException;

namespace OrleansTemporal.Simulation.Tests.Worlds;

/// <summary>
/// A process that lives several times over one disk, with its clients, on one thread. Everything is decided by one seed:
/// who goes on when, how late a disk answers, what fails, when the power goes and what of the unflushed it leaves.
/// </summary>
internal sealed class World
{
    private const int RecoveriesMax = 4;

    private readonly WorldOptions options;
    private readonly Random random;
    private readonly Ledger ledger = new();
    private readonly Trace trace = new();
    private DateTimeOffset wall = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private int lifeCount;

    private World(WorldOptions options)
    {
        this.options = options;
        random = new Random(options.Seed);
    }

    /// <summary>Runs a world on a thread of its own and returns the hash of all that happened in it.</summary>
    /// <exception cref="ViolationException">A promise was broken.</exception>
    public static ulong Run(WorldOptions options) => SimulationThread.Run(() =>
    {
        var world = new World(options);
        try
        {
            world.Run();
        }
        catch (Exception failure)
        {
            throw new ViolationException($"{failure.Message}\nin {options}\n{world.trace}", failure);
        }

        return world.trace.Hash;
    });

    private void Run()
    {
        var disk = Disk.Empty;
        for (var i = 0; i < options.Lives; i++)
        {
            for (var deaths = 0; options.DiesInRecovery && i > 0 && deaths < random.Next(RecoveriesMax); deaths++)
            {
                disk = DieInRecovery(disk);
            }

            disk = LiveOnce(disk, isLast: i == options.Lives - 1);
        }
    }

    private Life Begin(Disk disk)
    {
        if (options.HasClockSteps && random.Next(3) == 0)
        {
            // Whoever starts the machine again may set its clock, back as well.
            wall += TimeSpan.FromSeconds(random.Next(-3_600, 3_600));
        }

        return new(disk, options, random.Next(), ++lifeCount, wall, trace);
    }

    private Disk DieInRecovery(Disk disk)
    {
        var life = Begin(disk);
        life.Plan.PowerLossAt = random.Next(1, 80);
        trace.Add($"life {life.Number} may die in recovery");
        try
        {
            life.Wait(life.OpenAsync());
        }
        catch (TemporalException dead) when (life.Files.IsDead)
        {
            trace.Add(dead.Code);
        }

        return life.Files.IsDead || random.Next(2) == 0 ? new Disk(life.Files.Crash()) : new Disk(life.Files);
    }

    private Disk LiveOnce(Disk disk, bool isLast)
    {
        var life = Begin(disk);
        trace.Add($"life {life.Number}");
        life.Wait(life.OpenAsync());
        life.Wait(life.PrepareAsync());
        life.Wait(new Auditor(life.Database, ledger, life.Time).RunAsync());
        if (isLast)
        {
            return disk;
        }

        life.BeginFaults(random);
        var clients = Enumerable.Range(0, options.Clients)
            .Select(_ => new Client(life.Database, ledger, new Random(random.Next()), trace, life.PauseAsync, life.Time).RunAsync(options.StepsOfClient))
            .ToList();
        var keeper = life.KeepHouseAsync(new Random(random.Next()));
        var isKilled = random.Next(3) == 0;
        var dying = isKilled ? random.Next(20, 4_000) : int.MaxValue;
        var all = Task.WhenAll(clients);
        for (var steps = 0; steps < dying && !life.Files.IsDead && !all.IsCompleted; steps++)
        {
            life.Step(random);
            foreach (var task in clients.Append(keeper))
            {
                if (task.IsFaulted && !life.Files.IsDead)
                {
                    throw new ViolationException(task.Exception!.InnerException!.Message, task.Exception.InnerException);
                }
            }
        }

        wall = life.Time.GetUtcNow();
        ThrowUnless(life.Watch.Unexplained is null, $"housekeeping failed in a way that no fault of a disk explains: {life.Watch.Unexplained}");
        return Leave(life, isKilled);
    }

    private Disk Leave(Life life, bool isKilled)
    {
        if (life.Files.IsDead || random.Next(3) == 0)
        {
            trace.Add("power loss");
            return new Disk(life.Files.Crash());
        }

        if (isKilled || random.Next(2) == 0)
        {
            trace.Add("killed");
            return new Disk(life.Files);
        }

        trace.Add("stopped");
        life.EndFaults();
        life.Wait(life.StopAsync());
        return random.Next(2) == 0 ? new Disk(life.Files.Crash()) : new Disk(life.Files);
    }
}
