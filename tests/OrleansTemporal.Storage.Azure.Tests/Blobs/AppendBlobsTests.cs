using OrleansTemporal.Storage.Azure.Blobs;
using OrleansTemporal.Storage.Azure.Memory;
using OrleansTemporal.Storage.Azure.Tests.Emulation;
using OrleansTemporal.Storage.Azure.Tests.Worlds;

namespace OrleansTemporal.Storage.Azure.Tests.Blobs;

/// <summary>What a log relies on, asked of the service that the simulation uses and of the emulator of the real one.</summary>
[Collection(AzuriteCollection.Name)]
public sealed class AppendBlobsTests(AzuriteFixture fixture)
{
    private const string Path = "a/log/00000000000000000001";

    [Fact]
    public Task a_blob_in_memory_takes_a_block_at_its_end_under_its_tag() => TakesBlocksAsync(new DirectBlobs(new MemoryAppendBlobs()));

    [AzuriteFact]
    public async Task a_blob_of_the_service_takes_a_block_at_its_end_under_its_tag() =>
        await TakesBlocksAsync(new AzureAppendBlobs(await fixture.Azurite.MakeContainerAsync()));

    private static async Task TakesBlocksAsync(IAppendBlobs blobs)
    {
        Assert.Equal(AppendAnswer.Missing, (await blobs.AppendAsync(Path, 0, null, Bytes(1), default)).Answer);
        Assert.Null(await blobs.HeadAsync(Path, default));

        var made = await blobs.CreateAsync(Path, 7, default);
        Assert.NotNull(made);
        Assert.Null(await blobs.CreateAsync(Path, 8, default));
        Assert.Equal(new BlobHead(0, 7, made), await blobs.HeadAsync(Path, default));

        var first = await blobs.AppendAsync(Path, 0, made, Bytes(1, 2), default);
        Assert.Equal(AppendAnswer.Applied, first.Answer);
        Assert.Equal(new BlobHead(2, 7, first.Tag!), await blobs.HeadAsync(Path, default));
        Assert.Equal(AppendAnswer.Moved, (await blobs.AppendAsync(Path, 0, made, Bytes(1, 2), default)).Answer);
        Assert.Equal(AppendAnswer.Moved, (await blobs.AppendAsync(Path, 2, made, Bytes(3), default)).Answer);
        Assert.Equal(AppendAnswer.Moved, (await blobs.AppendAsync(Path, 1, first.Tag, Bytes(3), default)).Answer);
        var second = await blobs.AppendAsync(Path, 2, null, Bytes(3), default);
        Assert.Equal(AppendAnswer.Applied, second.Answer);

        var bytes = new byte[4];
        Assert.Equal(new BlobPiece(2, second.Tag), await blobs.ReadAsync(Path, 1, bytes, default));
        Assert.Equal([2, 3], bytes[..2]);
        Assert.Equal(new BlobPiece(0, null), await blobs.ReadAsync(Path, 3, bytes, default));

        // Another of the same name, as long as the first one was.
        await blobs.DeleteAsync(Path, default);
        var again = await blobs.CreateAsync(Path, 7, default);
        Assert.NotEqual(made, again);
        Assert.Equal(AppendAnswer.Moved, (await blobs.AppendAsync(Path, 0, made, Bytes(1, 2), default)).Answer);
        Assert.Equal(AppendAnswer.Applied, (await blobs.AppendAsync(Path, 0, again, Bytes(1, 2), default)).Answer);
        Assert.Equal(AppendAnswer.Moved, (await blobs.AppendAsync(Path, 2, first.Tag, Bytes(3), default)).Answer);
    }

    private static byte[] Bytes(params byte[] bytes) => bytes;
}
