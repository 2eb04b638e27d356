using System.Net;
using OrleansTemporal.Errors;
using OrleansTemporal.Subscriptions;

namespace OrleansTemporal.Http.Tests.Subscriptions;

/// <summary>Which addresses webhooks may connect to.</summary>
public sealed class WebhookAddressTests
{
    [Theory]
    [InlineData("127.0.0.1", false)]
    [InlineData("10.1.2.3", false)]
    [InlineData("172.31.255.255", false)]
    [InlineData("172.32.0.1", true)]
    [InlineData("192.168.0.1", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("8.8.8.8", true)]
    [InlineData("::1", false)]
    [InlineData("::127.0.0.1", false)]
    [InlineData("::ffff:0:127.0.0.1", false)]
    [InlineData("3fff::1", false)]
    [InlineData("5f00::1", false)]
    [InlineData("::", false)]
    [InlineData("::ffff:127.0.0.1", false)]
    [InlineData("fe80::1", false)]
    [InlineData("fd00::1", false)]
    [InlineData("64:ff9b::7f00:1", false)]
    [InlineData("2002:7f00:1::", false)]
    [InlineData("2606:4700:4700::1111", true)]
    public void only_addresses_of_the_public_internet_are_public(string address, bool isPublic) =>
        Assert.Equal(isPublic, WebhookAddresses.IsPublic(IPAddress.Parse(address)));

    [Fact]
    public async Task a_name_that_leads_into_private_space_is_refused_when_it_is_connected_to()
    {
        var refused = await Assert.ThrowsAsync<TemporalException>(() => WebhookAddresses.ConnectAsync(new DnsEndPoint("localhost", 9), allowsPrivate: false, CancellationToken.None).AsTask());
        Assert.Equal(ErrorCodes.WebhookRefused, refused.Code);
    }
}
