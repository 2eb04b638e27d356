using OrleansTemporal.Causality;
using OrleansTemporal.Storage.Manifests;
using OrleansTemporal.Storage.Memory;
using OrleansTemporal.Storage.Runs;
using OrleansTemporal.Storage.Segments;

namespace OrleansTemporal.Storage.Tests.Manifests;

/// <summary>Manifests with made-up segments and runs whose objects exist in a store.</summary>
internal static class TestManifests
{
    public static AgentId Agent { get; } = AgentId.Parse("kv/default/users/3");

    public static Distinction RootOf(long sequence) => Distinction.Parse($"{sequence:x64}");

    public static HybridTimestamp TimeOf(long sequence) => HybridTimestamp.FromMilliseconds(1_000 * sequence);

    public static string PathOf(long first, long last) => SealedPaths.Segment(Agent, first, last, 7);

    public static SegmentRef Segment(long first, long last) => new()
    {
        ObjectPath = PathOf(first, last),
        Offset = 0,
        Length = 100,
        Agent = Agent,
        FirstSequence = first,
        LastSequence = last,
        RootBefore = RootOf(first - 1),
        RootAfter = RootOf(last),
        MinTime = TimeOf(first),
        MaxTime = TimeOf(last),
        RawBytes = 1_000,
        OperationCount = 2,
        Zone = new byte[] { 4, 5 },
    };

    public static RunRef Run(long first, long last) => new()
    {
        ObjectPath = PathOf(first, last),
        Offset = 100,
        Length = 50,
        Agent = Agent,
        FirstSequence = first,
        LastSequence = last,
        EntryCount = 9,
        KeyCount = 3,
        FilterBytes = 64,
        FirstKey = "a"u8.ToArray(),
        LastKey = "z"u8.ToArray(),
    };

    /// <summary>Ends of the segments and runs, from 1 on.</summary>
    public static Manifest Of(params long[] ends)
    {
        var firsts = ends.Select((_, i) => i == 0 ? 1 : ends[i - 1] + 1).ToArray();
        return new()
        {
            Agent = Agent,
            Epoch = 3,
            SealedThrough = ends[^1],
            Root = RootOf(ends[^1]),
            Clock = TimeOf(ends[^1]),
            FloorRoot = RootOf(0),
            Segments = [.. ends.Select((end, i) => Segment(firsts[i], end))],
            Runs = [.. ends.Select((end, i) => Run(firsts[i], end))],
            FacetCounters = new byte[] { 1, 2, 3 },
        };
    }

    public static async Task<MemoryObjectStore> StoreAsync(params Manifest[] manifests)
    {
        var store = new MemoryObjectStore();
        foreach (var path in manifests.SelectMany(manifest => manifest.Segments.Select(segment => segment.ObjectPath).Concat(manifest.Runs.Select(run => run.ObjectPath))).Distinct())
            await store.PutIfMatchAsync(path, new byte[150], null, default);
        return store;
    }
}
