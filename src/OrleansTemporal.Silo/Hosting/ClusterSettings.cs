using System.Net;
using System.Net.Sockets;
using Orleans.Configuration;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Hosting;

/// <summary>How a silo finds its cluster. Bound from the section <c>OrleansTemporal:Cluster</c>.</summary>
public sealed class ClusterSettings
{
    public const string SectionName = "OrleansTemporal:Cluster";

    /// <summary>What clients on this machine take when they are told nothing.</summary>
    public const string IdDefault = "dev";

    private static readonly TimeSpan ProbeTimeoutMin = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan ProbeTimeoutMax = TimeSpan.FromMinutes(1);

    /// <summary>Where silos find each other.</summary>
    public ClusterKind Kind { get; set; }

    /// <summary>Names one running cluster: silos and clients with the same one talk to each other.</summary>
    public string ClusterId { get; set; } = IdDefault;

    /// <summary>Names the service over all its clusters, one after the other.</summary>
    public string ServiceId { get; set; } = IdDefault;

    /// <summary>What <see cref="Address"/> is for the machine's own.</summary>
    public const string AutoAddress = "auto";

    /// <summary>Where other silos and clients reach this one: an IP address, or <see cref="AutoAddress"/>.</summary>
    public string Address { get; set; } = IPAddress.Loopback.ToString();

    /// <summary>Where silos talk to each other.</summary>
    public int SiloPort { get; set; } = EndpointOptions.DEFAULT_SILO_PORT;

    /// <summary>Where cluster clients come in.</summary>
    public int GatewayPort { get; set; } = EndpointOptions.DEFAULT_GATEWAY_PORT;

    /// <summary>The <see cref="SiloPort"/> of the silo of <see cref="ClusterKind.Localhost"/> that was started first; null for that one itself.</summary>
    public int? PrimaryPort { get; set; }

    /// <summary>How long a silo waits for another one's answer to a probe. Two that are missed, and it is declared dead.</summary>
    public TimeSpan ProbeTimeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The storage account of <see cref="ClusterKind.Azure"/>.</summary>
    public ClusterTableSettings Azure { get; } = new();

    /// <summary>The database of <see cref="ClusterKind.Postgres"/>.</summary>
    public ClusterPostgresSettings Postgres { get; } = new();

    /// <param name="allowNonLoopback">Whether others than this machine may reach the silo.</param>
    public void Validate(bool allowNonLoopback)
    {
        Check(Enum.IsDefined(Kind), nameof(Kind), "is localhost, azure or postgres");
        Check(!string.IsNullOrWhiteSpace(ClusterId), nameof(ClusterId), "is not empty");
        Check(!string.IsNullOrWhiteSpace(ServiceId), nameof(ServiceId), "is not empty");
        Check(SiloPort is > 0 and <= IPEndPoint.MaxPort, nameof(SiloPort), "is a port");
        Check(GatewayPort is > 0 and <= IPEndPoint.MaxPort && GatewayPort != SiloPort, nameof(GatewayPort), "is a port, and another one than SiloPort");
        Check(PrimaryPort is null or (> 0 and <= IPEndPoint.MaxPort), nameof(PrimaryPort), "is a port");
        Check(PrimaryPort is null || Kind == ClusterKind.Localhost, nameof(PrimaryPort), "is for silos that find each other on localhost");
        Check(ProbeTimeout >= ProbeTimeoutMin && ProbeTimeout <= ProbeTimeoutMax, nameof(ProbeTimeout), "is between 100 ms and a minute");
        Check(FindAddress() is not null, nameof(Address), "is an IP address, that of this machine, or 'auto' where it has one");
        Check(
            IPAddress.IsLoopback(FindAddress()!) || (allowNonLoopback && Kind != ClusterKind.Localhost),
            nameof(Address),
            "is loopback, unless silos find each other elsewhere and OrleansTemporal:AllowNonLoopback is true: whoever reaches a silo may do everything");
        if (Kind == ClusterKind.Azure)
        {
            Check(
                string.IsNullOrWhiteSpace(Azure.ServiceUri) != string.IsNullOrWhiteSpace(Azure.ConnectionString),
                nameof(Azure),
                "has the ServiceUri of a table service, to sign in to with an identity, or a ConnectionString");
            Check(
                string.IsNullOrWhiteSpace(Azure.ServiceUri) || (Uri.TryCreate(Azure.ServiceUri, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttps),
                "Azure:ServiceUri",
                "is an https address, such as https://account.table.core.windows.net");
        }

        Check(Kind != ClusterKind.Postgres || !string.IsNullOrWhiteSpace(Postgres.ConnectionString), "Postgres:ConnectionString", "names the database");
    }

    /// <summary>The address as one; null when it is none.</summary>
    public IPAddress? FindAddress() => Address == AutoAddress
        ? Array.Find(Dns.GetHostAddresses(Dns.GetHostName(), AddressFamily.InterNetwork), static own => !IPAddress.IsLoopback(own))
        : IPAddress.TryParse(Address, out var address) ? address : null;

    private static void Check(bool holds, string setting, string rule)
    {
        if (!holds)
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, $"The setting {SectionName}:{setting} {rule}.") { Field = setting };
        }
    }
}
