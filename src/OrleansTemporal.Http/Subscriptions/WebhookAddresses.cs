using System.Net;
using System.Net.Sockets;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Subscriptions;

/// <summary>
/// Which addresses a webhook may reach: those of the public internet. A server that fetches what others name would else be a
/// way into the network that it stands in. The special ranges are those of RFC 6890 and of the registries that follow it.
/// </summary>
internal static class WebhookAddresses
{
    private static readonly IPNetwork[] Refused =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24",
            "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
            "::/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/63", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16",
            "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
        }.Select(IPNetwork.Parse),
    ];

    /// <summary>Whether an address is one of the public internet.</summary>
    internal static bool IsPublic(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return !Array.Exists(Refused, network => network.BaseAddress.AddressFamily == plain.AddressFamily && network.Contains(plain));
    }

    /// <summary>Refuses an address that says by itself that it is not allowed; a name is looked up when it is used.</summary>
    /// <exception cref="TemporalException">Invalid, <c>webhook_refused</c>.</exception>
    internal static void Require(string url, bool allowsPrivate)
    {
        if (allowsPrivate || !Uri.TryCreate(url, UriKind.Absolute, out var address))
        {
            // What is no address at all is refused as such.
            return;
        }

        var host = address.IdnHost.Trim('[', ']').TrimEnd('.');
        var isLocalName = host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);
        if (isLocalName || (IPAddress.TryParse(host, out var literal) && !IsPublic(literal)))
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.WebhookRefused, "A webhook goes to a public address, unless the setting WebhooksAllowPrivate says otherwise.") { Field = "webhook.url" };
        }
    }

    /// <summary>Connects to a host, by an address that is allowed. The name is looked up once, so what was checked is what is used.</summary>
    /// <exception cref="TemporalException">Forbidden, <c>webhook_refused</c>.</exception>
    internal static async ValueTask<Stream> ConnectAsync(DnsEndPoint host, bool allowsPrivate, CancellationToken cancellationToken)
    {
        var found = await Dns.GetHostAddressesAsync(host.Host, cancellationToken);
        var allowed = found.Where(address => allowsPrivate || IsPublic(address)).ToArray();
        if (allowed.Length == 0)
        {
            throw new TemporalException(ErrorKind.Forbidden, ErrorCodes.WebhookRefused, $"'{host.Host}' has no public address.");
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, host.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
