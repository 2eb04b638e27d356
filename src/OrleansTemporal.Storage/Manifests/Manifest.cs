using OrleansTemporal.Causality;
using OrleansTemporal.Storage.Runs;
using OrleansTemporal.Storage.Segments;

namespace OrleansTemporal.Storage.Manifests;

/// <summary>
/// The one small mutable object of an agent: which segments and runs hold its deltas. Replaced whole, by compare-and-swap,
/// under the <see cref="ManifestInvariants"/>. Byte by byte in docs/formats/manifest.md.
/// </summary>
public sealed record Manifest
{
    /// <summary>Most bytes of <see cref="FacetCounters"/>.</summary>
    public const int FacetCountersBytesMax = 64 << 10;

    /// <summary>Most segments, runs, pins and objects to be collected, each.</summary>
    public const int RowsMax = 100_000;

    /// <summary>Whose manifest it is.</summary>
    public required AgentId Agent { get; init; }

    /// <summary>Which ownership of the agent wrote it. Rises with every new owner.</summary>
    public required ulong Epoch { get; init; }

    /// <summary>How many times it was replaced: 1 for the first. Set by <see cref="ManifestStore"/>.</summary>
    public long Version { get; init; }

    /// <summary>Names the swap that wrote it, so that an unknown outcome can be settled. Set by <see cref="ManifestStore"/>.</summary>
    public UInt128 OperationId { get; init; }

    /// <summary>All deltas up to here are in segments.</summary>
    public required long SealedThrough { get; init; }

    /// <summary>The local root after <see cref="SealedThrough"/>.</summary>
    public required Distinction Root { get; init; }

    /// <summary>Greatest system time that is sealed or was answered for.</summary>
    public required HybridTimestamp Clock { get; init; }

    /// <summary>Deltas up to here were removed by retention; 0 when none was.</summary>
    public long FloorSequence { get; init; }

    /// <summary>The local root after <see cref="FloorSequence"/>: where verification starts. The genesis root when nothing was removed.</summary>
    public required Distinction FloorRoot { get; init; }

    /// <summary>Adjacent segments, oldest first, from <see cref="FloorSequence"/> + 1 to <see cref="SealedThrough"/>.</summary>
    public IReadOnlyList<SegmentRef> Segments { get; init; } = [];

    /// <summary>Adjacent runs over the same range, oldest first; none at all for a facet without keys.</summary>
    public IReadOnlyList<RunRef> Runs { get; init; } = [];

    /// <summary>Opaque counters of the facet as of <see cref="SealedThrough"/>; at most <see cref="FacetCountersBytesMax"/>.</summary>
    public ReadOnlyMemory<byte> FacetCounters { get; init; }

    /// <summary>Objects that manifests of other agents name as well; they are kept while they are listed here.</summary>
    public IReadOnlyList<ManifestPin> Pins { get; init; } = [];

    /// <summary>Objects that are no longer named and are to be removed once nobody reads them.</summary>
    public IReadOnlyList<string> Collectable { get; init; } = [];

    /// <summary>The manifest of an agent of which nothing is sealed yet.</summary>
    /// <param name="agent">The agent.</param>
    /// <param name="genesis">Its genesis root.</param>
    /// <param name="epoch">The ownership that begins.</param>
    public static Manifest Empty(AgentId agent, Distinction genesis, ulong epoch) => new()
    {
        Agent = agent,
        Epoch = epoch,
        SealedThrough = 0,
        Root = genesis,
        FloorRoot = genesis,
        Clock = HybridTimestamp.Zero,
    };

    /// <summary>Whether a segment, a run or a pin names the object.</summary>
    public bool Names(string objectPath) =>
        Segments.Any(segment => segment.ObjectPath == objectPath)
        || Runs.Any(run => run.ObjectPath == objectPath)
        || Pins.Any(pin => pin.ObjectPath == objectPath);

    /// <summary>This manifest, with every object that <paramref name="current"/> names and this one does not marked as collectable.</summary>
    /// <param name="current">What this manifest is to replace.</param>
    public Manifest CollectingFrom(Manifest current)
    {
        ArgumentNullException.ThrowIfNull(current);
        var named = Segments.Select(static segment => segment.ObjectPath)
            .Concat(Runs.Select(static run => run.ObjectPath))
            .Concat(Pins.Select(static pin => pin.ObjectPath))
            .ToHashSet(StringComparer.Ordinal);
        var folder = SealedPaths.FolderOf(Agent) + "/";
        var dropped = current.Segments.Select(static segment => segment.ObjectPath)
            .Concat(current.Runs.Select(static run => run.ObjectPath))
            .Where(path => path.StartsWith(folder, StringComparison.Ordinal));
        return this with { Collectable = [.. Collectable.Concat(dropped).Where(path => !named.Contains(path)).Distinct(StringComparer.Ordinal)] };
    }

    /// <summary>The segment that holds a sequence, or null. Cost: a binary search.</summary>
    public SegmentRef? SegmentOf(long sequence)
    {
        int low = 0, high = Segments.Count - 1;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (Segments[middle].LastSequence < sequence)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low < Segments.Count && Segments[low].Contains(sequence) ? Segments[low] : null;
    }
}
