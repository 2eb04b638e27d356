namespace OrleansTemporal.Simulation.Tests.Worlds;

/// <summary>What a world is like. Derived from its seed, unless a test wants something in particular.</summary>
internal sealed record WorldOptions
{
    public required int Seed { get; init; }

    public int Lives { get; init; } = 4;

    public int Clients { get; init; } = 4;

    public int StepsOfClient { get; init; } = 40;

    public double DelayChance { get; init; } = 0.3;

    public double ErrorChance { get; init; }

    public bool HasFullDisks { get; init; }

    public bool HasClockSteps { get; init; }

    public bool DiesInRecovery { get; init; }

    /// <summary>A disk that promises and does not keep: the auditors must notice.</summary>
    public bool FlushesNothing { get; init; }

    public static WorldOptions Of(int seed)
    {
        var random = new Random(seed);
        return new WorldOptions
        {
            Seed = seed,
            Lives = random.Next(2, 6),
            Clients = random.Next(1, 6),
            StepsOfClient = random.Next(10, 60),
            DelayChance = random.Next(3) * 0.3,
            ErrorChance = random.Next(3) == 0 ? random.Next(1, 30) / 1_000.0 : 0,
            HasFullDisks = random.Next(5) == 0,
            HasClockSteps = random.Next(2) == 0,
            DiesInRecovery = random.Next(3) == 0,
        };
    }
}
