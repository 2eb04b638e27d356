using System.Net;
using System.Text;
using System.Text.Json;
using Azure.Storage.Blobs.Models;
using Microsoft.AspNetCore.Builder;
using OrleansTemporal.Hosting;
using OrleansTemporal.Storage.Azure.Tests.Emulation;

namespace OrleansTemporal.Storage.Azure.Tests.Hosting;

/// <summary>A read of what somebody has moved to the archive tier.</summary>
[Collection(AzuriteCollection.Name)]
public sealed class ArchivedReadTests(AzuriteFixture fixture)
{
    private const int Keys = 40;

    [AzuriteFact]
    public async Task what_is_archived_is_answered_by_the_operation_that_brings_it_back()
    {
        var name = $"t{Guid.NewGuid():n}";
        var container = fixture.Azurite.Container(name);
        using (var first = new HttpClient())
        {
            await using var server = await StartAsync(name, first);
            for (var i = 0; i < Keys; i++)
                (await first.PutAsync($"/v1/default/kv/films/{i}", Json($"\"{new string('x', 4_000)}\""))).EnsureSuccessStatusCode();
            await Eventually.HoldsAsync("segments are there", async () => (await SegmentsAsync()).Count > 0);
            await server.StopAsync();
        }

        foreach (var segment in await SegmentsAsync())
            await container.GetBlobClient(segment).SetAccessTierAsync(AccessTier.Archive);

        using var client = new HttpClient();
        await using var again = await StartAsync(name, client);
        var answer = await client.GetAsync("/v1/default/kv/films/0");
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Equal("archived", JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("code").GetString());
        var location = answer.Headers.GetValues("Operation-Location").Single();
        Assert.True(answer.Headers.RetryAfter?.Delta > TimeSpan.Zero);
        await Eventually.HoldsAsync("the operation has succeeded", async () =>
            JsonDocument.Parse(await client.GetStringAsync(location)).RootElement.GetProperty("status").GetString() == "succeeded");
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/v1/default/kv/films/0")).StatusCode);

        async Task<List<string>> SegmentsAsync()
        {
            var found = new List<string>();
            await foreach (var blob in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, "default/kv/films/0/segments/", default))
                found.Add(blob.Name);
            return found;
        }
    }

    private async Task<WebApplication> StartAsync(string container, HttpClient client)
    {
        var server = ServerHost.Build(
            [
                "--urls", "http://127.0.0.1:0",
                "--OrleansTemporal:Storage:Azure:ConnectionString", fixture.Azurite.ConnectionString,
                "--OrleansTemporal:Storage:Azure:Container", container,
                "--OrleansTemporal:Storage:Azure:OwnerLease", AzureDatabase.OwnerLease.ToString(),
                "--OrleansTemporal:Storage:Azure:SealBlocks", "4",
                "--OrleansTemporal:Storage:GenerationBytesMax", "65536",
                "--Logging:LogLevel:Default", "None",
            ],
            AzureStorageKind.Kind);
        await server.StartAsync();
        client.BaseAddress = new Uri(server.Urls.Single());
        await Eventually.HoldsAsync("the server is ready", async () => (await client.GetAsync("/health/ready")).IsSuccessStatusCode);
        return server;
    }

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");
}
