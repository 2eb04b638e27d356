using Azure.Core;
using Azure.Storage.Blobs;
using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Azure.Blobs;
using OrleansTemporal.Storage.Azure.Tests.Emulation;
using OrleansTemporal.Storage.Ports;
using OrleansTemporal.Storage.Tests.Ports;

namespace OrleansTemporal.Storage.Azure.Tests.Blobs;

[Collection(AzuriteCollection.Name)]
public sealed class AzureObjectStoreTests(AzuriteFixture fixture)
{
    public static TheoryData<string> Cases => ObjectStoreCases.Names;

    [AzuriteTheory]
    [MemberData(nameof(Cases))]
    public async Task objects_in_blobs_are_objects(string name) =>
        await ObjectStoreCases.RunAsync(name, Open(await fixture.Azurite.MakeContainerAsync()));

    [AzuriteFact]
    public async Task an_archived_object_says_so_and_stays()
    {
        var store = Open(await fixture.Azurite.MakeContainerAsync());
        await ObjectStoreCases.PutAsync(store, "a", 1, 2, 3);
        await store.SetTierAsync("a", StorageTier.Offline, default);
        var range = await Assert.ThrowsAsync<TemporalException>(() => store.ReadAsync("a", 0, new byte[1], default).AsTask());
        Assert.Equal((ErrorKind.Archived, ErrorCodes.Archived), (range.Kind, range.Code));
        var whole = await Assert.ThrowsAsync<TemporalException>(() => store.GetAsync("a", default).AsTask());
        Assert.Equal(ErrorKind.Archived, whole.Kind);
        Assert.Equal([new ObjectInfo("a", 3)], await ObjectStoreCases.ListAsync(store, ""));
    }

    /// <summary>Goal: a write whose answer is lost is applied once, and its caller learns that it was.</summary>
    [AzuriteTheory]
    [InlineData(Loss.Answer)]
    [InlineData(Loss.Request)]
    public async Task a_conditional_write_with_a_lost_answer_is_settled_by_reading_it_back(object lost)
    {
        var container = await fixture.Azurite.MakeContainerAsync();
        var losses = 0;
        var store = Open(Lossy(container.Name, request => IsPut(request) && losses++ % 2 == 0 ? (Loss)lost : Loss.None));
        Assert.True(await ObjectStoreCases.PutAsync(store, "small", 1));
        Assert.True(await ObjectStoreCases.PutAsync(store, "large", new byte[9 << 20]));
        var first = await store.PutIfMatchAsync("m", new byte[] { 1 }, null, default);
        var second = await store.PutIfMatchAsync("m", new byte[] { 2 }, first, default);
        Assert.NotNull(second);
        Assert.Equal(second, (await store.GetAsync("m", default))!.Tag);
        Assert.False(await ObjectStoreCases.PutAsync(store, "small", 2));
        Assert.Null(await store.PutIfMatchAsync("m", new byte[] { 3 }, first, default));
        Assert.True(losses > 5);
    }

    [AzuriteFact]
    public async Task a_store_that_never_answers_leaves_the_outcome_unknown()
    {
        var container = await fixture.Azurite.MakeContainerAsync();
        var store = new AzureObjectStore(Lossy(container.Name, static _ => Loss.Request), TimeProvider.System, Fill, TimeSpan.FromMilliseconds(200));
        var failure = await Assert.ThrowsAsync<TemporalException>(() => store.PutIfMatchAsync("m", new byte[] { 1 }, null, default).AsTask());
        Assert.Equal((ErrorKind.Unavailable, ErrorCodes.StorageFailed, true), (failure.Kind, failure.Code, failure.OutcomeUnknown));
    }

    internal static void Fill(Span<byte> bytes) => Random.Shared.NextBytes(bytes);

    internal static AzureObjectStore Open(BlobContainerClient container) => new(container, TimeProvider.System, Fill, TimeSpan.FromSeconds(30));

    private static bool IsPut(Request request) => request.Method == RequestMethod.Put;

    private BlobContainerClient Lossy(string name, Func<Request, Loss> decide)
    {
        var options = new BlobClientOptions { Transport = new LossyTransport(decide) };
        options.Retry.MaxRetries = 0;
        return new BlobServiceClient(fixture.Azurite.ConnectionString, options).GetBlobContainerClient(name);
    }
}
