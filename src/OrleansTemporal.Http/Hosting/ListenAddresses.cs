using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Hosting;

/// <summary>Where the server would listen, and whether others than this machine can reach it.</summary>
/// <param name="IsOpen">True when at least one address is not loopback.</param>
internal sealed record ListenAddresses(bool IsOpen)
{
    /// <summary>Refuses addresses beyond loopback unless they are allowed: there is no authentication.</summary>
    /// <param name="urls">Addresses with semicolons between them.</param>
    /// <param name="configuration">May name more of them in <c>Kestrel:Endpoints</c>.</param>
    /// <param name="allowNonLoopback">The setting <c>OrleansTemporal:AllowNonLoopback</c>.</param>
    /// <exception cref="TemporalException">An address is not loopback and that is not allowed, or is no address.</exception>
    internal static ListenAddresses Check(string urls, IConfiguration configuration, bool allowNonLoopback)
    {
        var all = urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Concat(configuration.GetSection("Kestrel:Endpoints").GetChildren().Select(endpoint => endpoint["Url"] ?? ""))
            .Where(url => url.Length > 0)
            .ToList();
        var open = all.Where(url => !IsLoopback(url)).ToList();
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

        return new ListenAddresses(open.Count > 0);
    }

    private static bool IsLoopback(string url)
    {
        BindingAddress address;
        try
        {
            address = BindingAddress.Parse(url);
        }
        catch (FormatException)
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, $"'{url}' is no address to listen on, as http://127.0.0.1:5080 is.") { Field = "urls" };
        }

        return address.IsUnixPipe
            || string.Equals(address.Host, "localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip));
    }
}
