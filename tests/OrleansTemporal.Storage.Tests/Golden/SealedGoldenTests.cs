using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Compression;
using OrleansTemporal.Storage.Manifests;
using OrleansTemporal.Storage.Memory;
using OrleansTemporal.Storage.Ports;
using OrleansTemporal.Storage.Tests.Manifests;
using OrleansTemporal.Storage.Tests.Runs;
using OrleansTemporal.Storage.Tests.Segments;

namespace OrleansTemporal.Storage.Tests.Golden;

public class SealedGoldenTests
{
    [Fact]
    public async Task segment_version_1()
    {
        var history = new TestHistory(1).AddMany(5, 150, 0.5, 0.5);
        var store = new MemoryObjectStore();
        var segment = await new TestSegments(store).WriteAsync(
            history, 1, 5, "s", new() { Codec = BlockCodec.Raw, BlockBytes = 500, Parts = new WholePayload() });
        var reopened = new MemoryObjectStore();
        await reopened.PutIfMatchAsync("s", GoldenFile.Check("segment-v1", store.Content("s")), null, default);
        await TestSegments.AssertHoldsAsync(await new TestSegments(reopened).OpenAsync(segment), history);
    }

    /// <summary>What a library has packed stays readable, though another version of it may pack otherwise.</summary>
    [Fact]
    public async Task segment_version_1_whose_noise_stands_apart()
    {
        var history = new TestHistory(1).AddMany(5, 150, 0.5, 0.5);
        var store = new MemoryObjectStore();
        var segment = await new TestSegments(store).WriteAsync(
            history, 1, 5, "s", new() { Codec = BlockCodec.Parted, PackedPercentMax = 100, Parts = new WholePayload() });
        var stored = GoldenFile.Keep("segment-v1-parted", store.Content("s"));
        var reopened = new MemoryObjectStore();
        await reopened.PutIfMatchAsync("s", stored, null, default);
        var reader = await new TestSegments(reopened).OpenAsync(segment with { Length = stored.Length });
        Assert.Equal(BlockCodec.Parted, Assert.Single((await reader.ReadFooterAsync(default)).Blocks).Codec);
        await TestSegments.AssertHoldsAsync(reader, history);
    }

    [Fact]
    public async Task run_version_1()
    {
        var oracle = RunOracle.Make(new Random(1), 40, 8);
        var store = new MemoryObjectStore();
        var run = await new TestRuns(store).WriteRefAsync(oracle, 1, 40, "r", new() { BlockBytes = 300 });
        var reopened = new MemoryObjectStore();
        await reopened.PutIfMatchAsync("r", GoldenFile.Check("run-v1", store.Content("r")), null, default);
        var cursor = (await new TestRuns(reopened).Catalog.OpenAsync(run, default)).OpenCursor();
        foreach (var (key, entry) in oracle.Entries)
        {
            Assert.True(await cursor.MoveNextAsync(default));
            Assert.Equal(key, cursor.Key.ToArray());
            Assert.Equal(entry, cursor.Current);
        }
    }

    private static Manifest OfGolden() => TestManifests.Of(10, 20) with
    {
        Version = 7,
        OperationId = 0x0123456789ABCDEF,
        Pins = [new("other/kv/x/0/segments/a", TestManifests.Agent)],
        Collectable = [TestManifests.PathOf(1, 5)],
    };

    [Fact]
    public void manifest_version_1_has_warm_segments()
    {
        var decoded = ManifestFormat.Decode(GoldenFile.Read("manifest-v1"), TestManifests.Agent, "m");
        Assert.Equal((7, (UInt128)0x0123456789ABCDEF, 20), (decoded.Version, decoded.OperationId, decoded.SealedThrough));
        Assert.All(decoded.Segments, static segment => Assert.Equal(StorageTier.Warm, segment.Tier));
        Assert.Equal(ManifestFormat.Encode(OfGolden()).ToArray(), ManifestFormat.Encode(decoded).ToArray());
    }

    [Fact]
    public void manifest_version_2()
    {
        var manifest = OfGolden();
        manifest = manifest with { Segments = [manifest.Segments[0] with { Tier = StorageTier.Deep }, .. manifest.Segments.Skip(1)] };
        var stored = GoldenFile.Check("manifest-v2", ManifestFormat.Encode(manifest).Span);
        var decoded = ManifestFormat.Decode(stored, TestManifests.Agent, "m");
        Assert.Equal([StorageTier.Deep, StorageTier.Warm], decoded.Segments.Select(static segment => segment.Tier));
        Assert.Equal(stored, ManifestFormat.Encode(decoded).ToArray());
        stored[^5] = 0;
        Assert.Throws<TemporalException>(() => ManifestFormat.Decode(stored, TestManifests.Agent, "m"));
    }
}
