using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Manifests;
using OrleansTemporal.Storage.Memory;
using static OrleansTemporal.Storage.Tests.Manifests.TestManifests;

namespace OrleansTemporal.Storage.Tests.Manifests;

public class ManifestStoreTests
{
    [Fact]
    public async Task a_manifest_comes_back_as_it_was_swapped_in()
    {
        var rich = Of(10, 20) with
        {
            Pins = [new("other/kv/x/0/segments/a", AgentId.Parse("kv/branch/users/3"))],
            Collectable = [PathOf(99, 99), "elsewhere/run"],
            Segments = [Segment(1, 10) with { Agent = AgentId.Parse("kv/main/users/3"), ObjectPath = "main/kv/users/3/segments/s" }, Segment(11, 20)],
        };
        var store = await StoreAsync(rich);
        var manifests = new ManifestStore(store, new Random(1));
        Assert.Null(await manifests.LoadAsync(Agent, default));
        var swapped = await manifests.SwapAsync(null, rich, default);
        var loaded = await new ManifestStore(store, new Random(2)).LoadAsync(Agent, default);
        Assert.Equal(swapped.Tag, loaded!.Tag);
        Assert.Equal(1, loaded.Manifest.Version);
        Assert.Equal(ManifestFormat.Encode(swapped.Manifest).ToArray(), ManifestFormat.Encode(loaded.Manifest).ToArray());
        Assert.Equal(rich.Segments[0].ObjectPath, loaded.Manifest.Segments[0].ObjectPath);
        Assert.Equal(rich.Segments[0].Agent, loaded.Manifest.Segments[0].Agent);
        Assert.Equal(rich.Pins, loaded.Manifest.Pins);
        Assert.Equal(rich.Collectable, loaded.Manifest.Collectable);
        var next = await manifests.SwapAsync(loaded, loaded.Manifest with { Clock = TimeOf(50) }, default);
        Assert.Equal(2, next.Manifest.Version);
        Assert.NotEqual(loaded.Manifest.OperationId, next.Manifest.OperationId);
    }

    [Fact]
    public async Task the_slower_of_two_owners_is_fenced()
    {
        var store = await StoreAsync(Of(10, 20));
        var first = new ManifestStore(store, new Random(1));
        var second = new ManifestStore(store, new Random(2));
        var standing = await first.SwapAsync(null, Of(10), default);
        await second.SwapAsync(standing, Of(10, 20) with { Epoch = 4 }, default);
        await AssertFencedAsync(() => first.SwapAsync(standing, standing.Manifest with { Clock = TimeOf(77) }, default).AsTask());
        await AssertFencedAsync(() => first.SwapAsync(null, Of(10), default).AsTask());
    }

    [Theory]
    [InlineData("after")]
    [InlineData("before")]
    [InlineData("before,after")]
    [InlineData("before,before,after")]
    [InlineData("after,after")]
    public async Task an_unknown_outcome_is_settled(string script)
    {
        var store = await StoreAsync(Of(10, 20));
        var manifests = new ManifestStore(store, new Random(1));
        var standing = await manifests.SwapAsync(null, Of(10), default);
        var faults = new Queue<string>(script.Split(','));
        store.Faults = (operation, _) => operation == ObjectOperation.PutIfMatch && faults.TryDequeue(out var fault)
            ? fault == "after" ? ObjectFault.After : ObjectFault.Before
            : ObjectFault.None;
        var swapped = await manifests.SwapAsync(standing, Of(10, 20), default);
        Assert.Equal(swapped.Tag, (await manifests.LoadAsync(Agent, default))!.Tag);
        Assert.Equal(2, swapped.Manifest.Version);
        await manifests.SwapAsync(swapped, swapped.Manifest with { Clock = TimeOf(99) }, default);
    }

    [Fact]
    public async Task an_unknown_outcome_that_another_owner_won_is_fenced()
    {
        var store = await StoreAsync(Of(10, 20));
        var manifests = new ManifestStore(store, new Random(1));
        var rival = new ManifestStore(store, new Random(2));
        var standing = await manifests.SwapAsync(null, Of(10), default);
        var isFirst = true;
        store.Faults = (operation, _) =>
        {
            if (operation != ObjectOperation.PutIfMatch || !isFirst)
                return ObjectFault.None;
            isFirst = false;
            rival.SwapAsync(standing, standing.Manifest with { Epoch = 5 }, default).AsTask().Wait();
            return ObjectFault.Before;
        };
        await AssertFencedAsync(() => manifests.SwapAsync(standing, Of(10, 20), default).AsTask());
    }

    [Fact]
    public async Task a_store_that_never_answers_leaves_the_outcome_unknown()
    {
        var store = await StoreAsync(Of(10));
        store.Faults = (operation, _) => operation is ObjectOperation.PutIfMatch or ObjectOperation.Get ? ObjectFault.Before : ObjectFault.None;
        var exception = await Assert.ThrowsAsync<TemporalException>(
            () => new ManifestStore(store, new Random(1)).SwapAsync(null, Of(10), default).AsTask());
        Assert.True(exception.OutcomeUnknown);
        Assert.Equal(ErrorKind.Unavailable, exception.Kind);
    }

    [Fact]
    public async Task an_object_that_was_never_committed_is_not_named()
    {
        var store = await StoreAsync(Of(10));
        var exception = await Assert.ThrowsAsync<TemporalException>(
            () => new ManifestStore(store, new Random(1)).SwapAsync(null, Of(10, 20), default).AsTask());
        Assert.Contains("named_objects_exist", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task every_flipped_bit_is_found()
    {
        var store = await StoreAsync(Of(10, 20));
        var manifests = new ManifestStore(store, new Random(1));
        await manifests.SwapAsync(null, Of(10, 20), default);
        var bytes = store.Content(SealedPaths.ManifestOf(Agent))!;
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            var exception = await Assert.ThrowsAsync<TemporalException>(() => manifests.LoadAsync(Agent, default).AsTask());
            Assert.True(exception.Kind is ErrorKind.Corrupt);
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Fact]
    public void mutated_manifests_are_refused_or_read()
    {
        var good = ManifestFormat.Encode(Of(10, 20) with { Pins = [new("p", Agent)], Collectable = ["c"] }).ToArray();
        Fuzz.Run(good[..^4], bytes =>
        {
            var whole = new byte[bytes.Length + 4];
            bytes.CopyTo(whole, 0);
            if (bytes.Length >= 12 && bytes.Length != good.Length - 4)
                System.Buffers.Binary.BinaryPrimitives.WriteInt32LittleEndian(whole.AsSpan(8), whole.Length);
            System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(whole.AsSpan(bytes.Length), Crc32C.Compute(bytes));
            try
            {
                ManifestFormat.Decode(whole, Agent, "m");
            }
            catch (TemporalException exception) when (exception.Code == ErrorCodes.FormatTooNew)
            {
                Assert.NotEqual(1, whole[4] + (whole[5] << 8));
            }
        });
    }

    [Fact]
    public async Task only_orphans_are_collected()
    {
        var manifest = Of(10, 20) with { Pins = [new(PathOf(5, 6), Agent)] };
        var store = await StoreAsync(manifest);
        var other = SealedPaths.Segment(AgentId.Parse("kv/default/users/30"), 1, 1, 1);
        foreach (var path in new[] { PathOf(5, 6), PathOf(21, 30), SealedPaths.Run(Agent, 1, 20, 9), other, SealedPaths.ManifestOf(Agent) })
            await store.PutIfMatchAsync(path, new byte[1], null, default);
        var removed = await new OrphanCollector(store).CollectAsync(Agent, manifest, default);
        Assert.Equal([PathOf(21, 30), SealedPaths.Run(Agent, 1, 20, 9)], removed);
        Assert.Equal(5, store.Objects.Count);
        Assert.Empty(await new OrphanCollector(store).CollectAsync(Agent, manifest, default));
    }

    private static async Task AssertFencedAsync(Func<Task> action) =>
        Assert.Equal(ErrorKind.Fenced, (await Assert.ThrowsAsync<TemporalException>(action)).Kind);
}
