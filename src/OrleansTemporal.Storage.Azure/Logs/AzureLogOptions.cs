namespace OrleansTemporal.Storage.Azure.Logs;

/// <summary>Numbers of logs in append blobs.</summary>
public sealed record AzureLogOptions
{
    /// <summary>A pause of the collector or of the network is shorter; a takeover after a crash waits that long and a little more.</summary>
    public static readonly TimeSpan OwnerLeaseDefault = TimeSpan.FromSeconds(5);

    /// <summary>Fifty appends a second for each busy agent: at the prices of docs/azure.md ninety cents an hour at most, and no more than a round trip of the service.</summary>
    public static readonly TimeSpan AppendIntervalDefault = TimeSpan.FromMilliseconds(20);

    /// <summary>As in the journal: longer than a pause, shorter than a client's patience.</summary>
    public static readonly TimeSpan ReserveWaitDefault = TimeSpan.FromSeconds(5);

    /// <summary>How far ahead time is closed for as-of reads: below the clock offset that other processes accept.</summary>
    public static readonly TimeSpan CeilingSlackDefault = TimeSpan.FromMilliseconds(250);

    /// <summary>Longer than a restart of the service, and as long as a client waits.</summary>
    public static readonly TimeSpan GiveUpAfterDefault = TimeSpan.FromSeconds(30);

    /// <summary>Hundreds: what recovery replays, and what a sealed segment should hold at least.</summary>
    public const int SealBlocksDefault = 256;

    /// <summary>Bytes in all logs at which writers wait: what the process keeps in memory until it is sealed.</summary>
    public const long LogBytesMaxDefault = 1L << 30;

    /// <summary>Bytes that wait for the service.</summary>
    public const long StagedBytesMaxDefault = 64L << 20;

    /// <summary>How long an owner may answer after it has sent the last append that was acknowledged, or the last look that found its own tail.</summary>
    public TimeSpan OwnerLease { get; init; } = OwnerLeaseDefault;

    /// <summary>Least time between the beginnings of two appends of one agent; what comes meanwhile shares the next.</summary>
    public TimeSpan AppendInterval { get; init; } = AppendIntervalDefault;

    /// <summary>How long a write waits for room.</summary>
    public TimeSpan ReserveWait { get; init; } = ReserveWaitDefault;

    /// <summary>How far beyond the asked instant time is closed.</summary>
    public TimeSpan CeilingSlack { get; init; } = CeilingSlackDefault;

    /// <summary>How long reads and takeovers are tried. Appends under way are tried until they are answered.</summary>
    public TimeSpan GiveUpAfter { get; init; } = GiveUpAfterDefault;

    /// <summary>How long closing a log waits for what is staged.</summary>
    public TimeSpan CloseWait { get; init; } = ReserveWaitDefault;

    /// <summary>Blocks of one agent at which it is due for sealing, and its log goes on in a new blob.</summary>
    public int SealBlocks { get; init; } = SealBlocksDefault;

    /// <summary>Bytes in all logs of the process at which writers wait, then are refused.</summary>
    public long LogBytesMax { get; init; } = LogBytesMaxDefault;

    /// <summary>Bytes reserved, staged and in flight at which writers wait. One record may exceed it when it is alone.</summary>
    public long StagedBytesMax { get; init; } = StagedBytesMaxDefault;

    /// <summary>Refuses numbers that can not work.</summary>
    /// <exception cref="ArgumentException">In words, naming the setting.</exception>
    public void Validate()
    {
        Require(OwnerLease >= TimeSpan.FromMilliseconds(100) && OwnerLease <= TimeSpan.FromMinutes(5), "OwnerLease is between 100 ms and 5 minutes.");
        Require(AppendInterval >= TimeSpan.Zero && AppendInterval <= TimeSpan.FromSeconds(10), "AppendInterval is at most 10 s.");
        Require(ReserveWait >= TimeSpan.Zero, "ReserveWait is not negative.");
        Require(CeilingSlack >= TimeSpan.Zero && CeilingSlack < Causality.HybridClock.MaxClockOffset, "CeilingSlack is below the greatest clock offset.");
        Require(GiveUpAfter > TimeSpan.Zero, "GiveUpAfter is more than zero.");
        Require(CloseWait >= TimeSpan.Zero, "CloseWait is not negative.");
        Require(SealBlocks is >= 4 and <= 10_000, "SealBlocks is between 4 and 10,000.");
        Require(LogBytesMax >= 1 << 20, "LogBytesMax is at least 1 MiB.");
        Require(StagedBytesMax >= 1, "StagedBytesMax is more than zero.");
    }

    private static void Require(bool holds, string message)
    {
        if (!holds)
        {
            throw new ArgumentException(message);
        }
    }
}
