using Microsoft.Extensions.Configuration;
using OrleansTemporal.Errors;
using OrleansTemporal.Hosting;

namespace OrleansTemporal.Http.Tests.Hosting;

/// <summary>Which addresses are loopback.</summary>
public sealed class ListenAddressesTests
{
    private static readonly IConfiguration Nothing = new ConfigurationBuilder().Build();

    [Theory]
    [InlineData("http://127.0.0.1:5080")]
    [InlineData("http://127.8.9.1:5080")]
    [InlineData("http://localhost:5080")]
    [InlineData("http://LOCALHOST:0;https://[::1]:1")]
    [InlineData("http://unix:/tmp/ot.sock")]
    public void loopback_is_accepted(string urls) => Assert.False(ListenAddresses.Check(urls, Nothing, false).IsOpen);

    [Theory]
    [InlineData("http://0.0.0.0:5080")]
    [InlineData("http://+:5080")]
    [InlineData("http://example.com:5080")]
    [InlineData("http://localhost.example.com")]
    [InlineData("http://127.0.0.1.example.com")]
    [InlineData("http://127.0.0.1:1;http://[::]:2")]
    public void anything_else_needs_to_be_allowed(string urls)
    {
        Assert.Throws<TemporalException>(() => ListenAddresses.Check(urls, Nothing, false));
        Assert.True(ListenAddresses.Check(urls, Nothing, true).IsOpen);
    }

    [Fact]
    public void endpoints_of_the_configuration_count_too()
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([new("Kestrel:Endpoints:Http:Url", "http://0.0.0.0:80")]).Build();
        Assert.Throws<TemporalException>(() => ListenAddresses.Check("http://127.0.0.1:1", configuration, false));
    }

    [Theory]
    [InlineData("here")]
    [InlineData("127.0.0.1:5080")]
    public void what_is_no_address_is_refused(string urls) =>
        Assert.Throws<TemporalException>(() => ListenAddresses.Check(urls, Nothing, true));
}
