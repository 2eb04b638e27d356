using OrleansTemporal.Storage.Azure.Logs;

namespace OrleansTemporal.Storage.Azure.Tests.Worlds;

/// <summary>What is wrong in a world.</summary>
internal sealed record WorldOptions
{
    /// <summary>Whether calls are late, fail and lose their answers.</summary>
    public bool IsFaulty { get; init; } = true;

    /// <summary>Whether many calls land long after their callers have given them up, so that blobs are made again which were removed.</summary>
    public bool IsSlow { get; init; }

    /// <summary>The lease that a process believes in, by its number.</summary>
    public Func<int, TimeSpan> LeaseOf { get; init; } = static _ => AzureLogOptions.OwnerLeaseDefault;
}
