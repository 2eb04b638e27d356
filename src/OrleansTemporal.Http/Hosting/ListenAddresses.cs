using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Hosting;

/// <summary>Where the server would listen, and whether others than this machine can reach it.</summary>
/// <param name="IsOpen">True when at least one address is not loopback.</param>
/// <param name="Bound">Those that the server will listen on.</param>
internal sealed record ListenAddresses(bool IsOpen, IReadOnlyList<string> Bound)
{
    /// <summary>Refuses addresses beyond loopback unless they are allowed: there is no authentication.</summary>
    /// <param name="urls">Addresses with semicolons between them.</param>
    /// <param name="configuration">May name more of them in <c>Kestrel:Endpoints</c>.</param>
    /// <param name="allowNonLoopback">The setting <c>OrleansTemporal:AllowNonLoopback</c>.</param>
    /// <exception cref="TemporalException">An address is not loopback and that is not allowed, or is no address.</exception>
    internal static ListenAddresses Check(string urls, IConfiguration configuration, bool allowNonLoopback)
    {
        var given = urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var endpoints = configuration.GetSection("Kestrel:Endpoints").GetChildren().Select(endpoint => endpoint["Url"] ?? "").Where(url => url.Length > 0).ToList();
        var open = given.Concat(endpoints).Where(url => !IsLoopback(url)).ToList();
        if (open.Count > 0 && !allowNonLoopback)
        {
            throw new TemporalException(
                ErrorKind.Invalid,
                ErrorCodes.InvalidField,
                $"{open[0]} can be reached from other machines, and there is no authentication. "
                + "Listen on 127.0.0.1, or set OrleansTemporal:AllowNonLoopback=true behind something that authenticates.")
            {
                Field = "urls",
            };
        }

        // The framework listens on the endpoints alone when there are any.
        return new ListenAddresses(open.Count > 0, endpoints.Count > 0 ? endpoints : given);
    }

    /// <summary>
    /// Refuses an address that somebody else listens on: a server would only find it taken when its database is open and its
    /// silo has joined the cluster, and both would have to be closed again.
    /// </summary>
    /// <exception cref="IOException">An address is in use.</exception>
    internal void RequireFree()
    {
        foreach (var url in Bound)
        {
            var address = Parse(url);
            if (!address.IsUnixPipe && address.Port != 0 && IpsOf(address).Any(ip => IsTaken(ip, address.Port)))
            {
                throw new IOException($"Failed to bind to address {url}: address already in use.");
            }
        }
    }

    // A host that is no address means all of them, as it does to the framework.
    private static IPAddress[] IpsOf(BindingAddress address) =>
        IsLocalhost(address) ? [IPAddress.Loopback, IPAddress.IPv6Loopback]
        : IPAddress.TryParse(Unbracketed(address), out var ip) ? [ip]
        : [IPAddress.Any];

    // Whatever else stands in the way of listening there, the framework finds and says.
    private static bool IsTaken(IPAddress ip, int port)
    {
        if (ip.AddressFamily == AddressFamily.InterNetworkV6 && !Socket.OSSupportsIPv6)
        {
            return false;
        }

        using var socket = new Socket(ip.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(ip, port));
            return false;
        }
        catch (SocketException failure)
        {
            return failure.SocketErrorCode == SocketError.AddressAlreadyInUse;
        }
    }

    private static bool IsLoopback(string url)
    {
        var address = Parse(url);
        return address.IsUnixPipe || IsLocalhost(address) || (IPAddress.TryParse(Unbracketed(address), out var ip) && IPAddress.IsLoopback(ip));
    }

    private static bool IsLocalhost(BindingAddress address) => string.Equals(address.Host, "localhost", StringComparison.OrdinalIgnoreCase);

    private static string Unbracketed(BindingAddress address) => address.Host.Trim('[', ']');

    private static BindingAddress Parse(string url)
    {
        try
        {
            return BindingAddress.Parse(url);
        }
        catch (FormatException)
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, $"'{url}' is no address to listen on, as http://127.0.0.1:5080 is.") { Field = "urls" };
        }
    }
}
