using OrleansTemporal.Storage.Azure.Hosting;

namespace OrleansTemporal.Storage.Azure.Tests.Hosting;

public sealed class AzureStorageOptionsTests
{
    private const string Account = "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=AAAA;EndpointSuffix=core.windows.net";

    [Theory]
    [InlineData(null, null, "c01", "needs a ConnectionString")]
    [InlineData(Account, "https://a.blob.core.windows.net", "c01", "it needs one of them")]
    [InlineData("nonsense", null, "c01", "no connection string")]
    [InlineData(null, "a.blob.core.windows.net", "c01", "https address")]
    [InlineData(null, "http://a.blob.core.windows.net", "c01", "https address")]
    [InlineData(Account, null, "C01", "no name of a container")]
    [InlineData(Account, null, "c--1", "no name of a container")]
    [InlineData(Account, null, "c0", "no name of a container")]
    [InlineData(Account, null, "-c01", "no name of a container")]
    public void settings_that_can_not_work_are_refused_in_words(string? connection, string? service, string container, string words)
    {
        var refusal = Assert.ThrowsAny<ArgumentException>(() => new AzureStorage(new AzureStorageOptions { ConnectionString = connection, ServiceUri = service, Container = container }));
        Assert.Contains(words, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("AAAA", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void where_the_data_is_is_told_without_secrets()
    {
        Assert.Equal("the container https://a.blob.core.windows.net/c01", new AzureStorage(new AzureStorageOptions { ConnectionString = Account, Container = "c01" }).Place);
        Assert.Equal("the container https://b.blob.core.windows.net/orleanstemporal", new AzureStorage(new AzureStorageOptions { ServiceUri = "https://b.blob.core.windows.net" }).Place);
    }

    [Fact]
    public void a_lease_that_is_none_is_refused() =>
        Assert.Contains("OwnerLease", Assert.ThrowsAny<ArgumentException>(() => new AzureStorage(new AzureStorageOptions { ConnectionString = Account, OwnerLease = TimeSpan.Zero })).Message, StringComparison.Ordinal);
}
