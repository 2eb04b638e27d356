using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Kv;
using static OrleansTemporal.Agents.Tests.Kv.KvTestCalls;

namespace OrleansTemporal.Agents.Tests.Kv;

/// <summary>What goes with a value: causes and metadata, recorded under the root and read back from memory and from segments.</summary>
public sealed class KvCompanyTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task causes_and_metadata_are_read_back(bool sealedFirst)
    {
        await using var store = await HeldStore.OpenAsync();
        var cause = (await store.PutAsync("cause", "1")).Outcomes[0].WriteId;
        var options = new KvPutOptions
        {
            Causes = [cause],
            Metadata = [new("source", "import"), new("batch", "7")],
        };
        await store.PutAsync("k", "2", options);
        if (sealedFirst)
        {
            await TestStore.SealAsync(store.Agent(Namespace));
            await store.ReopenAsync(clean: true);
        }

        var version = Assert.Single(await store.HistoryAsync("k"));
        Assert.Equal(cause, Assert.Single(version.Causes));
        Assert.Equal("batch=7,source=import", string.Join(",", version.Metadata.OrderBy(static pair => pair.Key).Select(static pair => $"{pair.Key}={pair.Value}")));
    }
}
