namespace OrleansTemporal.Server.Tests.Crash;

/// <summary>What a campaign does and how often.</summary>
internal sealed record CampaignOptions
{
    /// <summary>Enough that what is rare has happened.</summary>
    public const int KillsUsual = 20;

    private const int KillsFew = 6;
    private const int KillsLong = 200;

    public int Kills { get; init; } = KillsOr(KillsUsual);

    public int Seed { get; init; } = int.TryParse(Environment.GetEnvironmentVariable("OT_SEED"), out var seed) ? seed : Environment.TickCount & 0xffffff;

    /// <summary>Each of these rounds stops the server in order instead of killing it.</summary>
    public int StopEvery { get; init; } = 6;

    /// <summary>Before each of these rounds a start is killed somewhere on its way to being ready.</summary>
    public int InterruptStartEvery { get; init; } = 4;

    /// <summary>Each of these rounds reads whole histories; the others read what is new.</summary>
    public int FullCheckEvery { get; init; } = 5;

    /// <summary>Settings of the server in every round.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    public TimeSpan LoadMin { get; init; } = TimeSpan.FromMilliseconds(50);

    public TimeSpan LoadMax { get; init; } = TimeSpan.FromMilliseconds(400);

    /// <summary>These options with few kills, where nobody asks for more: so that all tests together stay short.</summary>
    public CampaignOptions Short() => this with { Kills = KillsOr(KillsFew) };

    private static int KillsOr(int usual) => int.TryParse(Environment.GetEnvironmentVariable("OT_KILLS"), out var kills) ? kills
        : Environment.GetEnvironmentVariable("OT_LONG") is null ? usual : KillsLong;
}
