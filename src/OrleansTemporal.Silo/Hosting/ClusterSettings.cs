using System.Net;
using Orleans.Configuration;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Hosting;

/// <summary>How a silo finds its cluster. Bound from the section <c>OrleansTemporal:Cluster</c>.</summary>
public sealed class ClusterSettings
{
    public const string SectionName = "OrleansTemporal:Cluster";

    /// <summary>What clients on this machine take when they are told nothing.</summary>
    public const string IdDefault = "dev";

    /// <summary>Names one running cluster: silos and clients with the same one talk to each other.</summary>
    public string ClusterId { get; set; } = IdDefault;

    /// <summary>Names the service over all its clusters, one after the other.</summary>
    public string ServiceId { get; set; } = IdDefault;

    /// <summary>Where silos talk to each other.</summary>
    public int SiloPort { get; set; } = EndpointOptions.DEFAULT_SILO_PORT;

    /// <summary>Where cluster clients come in.</summary>
    public int GatewayPort { get; set; } = EndpointOptions.DEFAULT_GATEWAY_PORT;

    public void Validate()
    {
        Check(!string.IsNullOrWhiteSpace(ClusterId), nameof(ClusterId), "is not empty");
        Check(!string.IsNullOrWhiteSpace(ServiceId), nameof(ServiceId), "is not empty");
        Check(SiloPort is > 0 and <= IPEndPoint.MaxPort, nameof(SiloPort), "is a port");
        Check(GatewayPort is > 0 and <= IPEndPoint.MaxPort && GatewayPort != SiloPort, nameof(GatewayPort), "is a port, and another one than SiloPort");
    }

    private static void Check(bool holds, string setting, string rule)
    {
        if (!holds)
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, $"The setting {SectionName}:{setting} {rule}.") { Field = setting };
        }
    }
}
