using System.Net;
using System.Net.Sockets;
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

    [Theory]
    [InlineData("http://127.0.0.1:{0}")]
    [InlineData("http://localhost:{0}")]
    [InlineData("http://+:{0}")]
    [InlineData("http://127.0.0.1:0;http://127.0.0.1:{0}")]
    public void an_address_that_somebody_listens_on_is_refused_until_it_is_free(string urls)
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var addresses = ListenAddresses.Check(string.Format(null, urls, ((IPEndPoint)other.LocalEndpoint).Port), Nothing, true);
        var refusal = Assert.Throws<IOException>(addresses.RequireFree);
        Assert.EndsWith("address already in use.", refusal.Message, StringComparison.Ordinal);
        other.Stop();
        addresses.RequireFree();
    }

    [Fact]
    public void an_address_is_not_looked_at_when_endpoints_are_listened_on_instead()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var taken = $"http://127.0.0.1:{((IPEndPoint)other.LocalEndpoint).Port}";
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Kestrel:Endpoints:Http:Url", "http://127.0.0.1:0")]).Build();
        ListenAddresses.Check(taken, configuration, false).RequireFree();
        Assert.Throws<IOException>(ListenAddresses.Check(taken, Nothing, false).RequireFree);
    }
}
