namespace OrleansTemporal.Simulation.Tests.Worlds;

/// <summary>
/// Cuts the power at the first storage call of a script, then in a world of its own at the second, and so on to the end of
/// the script, and has each time audited what the next process finds.
/// </summary>
internal static class PowerLossAtEveryCall
{
    private const int CallsMax = 10_000;

    // Seeds differ in salts and in what is drawn, so in an ordinary run one of them is cut at every call and the others at some.
    private const int OtherSeedsStride = 3;

    /// <summary>Runs the script once for each of its calls; with other seeds than 1 for every third, unless the run is long.</summary>
    /// <typeparam name="TTold">What the callers of the script were told before the power went.</typeparam>
    /// <param name="seed">Decides salts, and what the script draws.</param>
    /// <param name="script">What the first process does, from the opening of an empty disk on.</param>
    /// <param name="audit">What the next process does; throws when something is not as it was told.</param>
    /// <param name="isWhole">True to cut at every call whatever the seed.</param>
    /// <returns>How many calls the script makes.</returns>
    public static int Run<TTold>(int seed, Func<Life, TTold, Task> script, Func<Life, TTold, Task> audit, bool isWhole = false)
        where TTold : new()
    {
        var stride = seed == 1 || isWhole || Campaign.IsLong ? 1 : OtherSeedsStride;
        var call = 1 + (seed % stride);
        while (SimulationThread.Run(() => DiesAt(seed, call, script, audit)))
        {
            call += stride;
            ViolationException.ThrowUnless(call < CallsMax, "The script never ends.");
        }

        return call;
    }

    /// <summary>A life without faults of its own, on a clock that is a second later with each.</summary>
    public static Life LifeOf(Disk disk, int seed, int number) => LifeOf(disk, seed, number, new DateTimeOffset(2026, 1, 2, 3, 4, 5 + number, TimeSpan.Zero));

    /// <inheritdoc cref="LifeOf(Disk, int, int)"/>
    public static Life LifeOf(Disk disk, int seed, int number, DateTimeOffset wall) =>
        new(disk, new WorldOptions { Seed = seed, DelayChance = 0 }, (seed * 14) + number - 1, number, wall, new Trace());

    private static bool DiesAt<TTold>(int seed, int call, Func<Life, TTold, Task> script, Func<Life, TTold, Task> audit)
        where TTold : new()
    {
        var life = LifeOf(Disk.Empty, seed, 1);
        life.Plan.PowerLossAt = call;
        var told = new TTold();
        var hasEnded = life.WaitOrDie(script(life, told));
        var next = LifeOf(new Disk(life.Files.Crash()), seed, 2);
        try
        {
            next.Wait(audit(next, told));
        }
        catch (Exception failure)
        {
            throw new ViolationException($"After power loss at call {call} of seed {seed}, told {told}: {failure.Message}", failure);
        }

        return !hasEnded;
    }
}
