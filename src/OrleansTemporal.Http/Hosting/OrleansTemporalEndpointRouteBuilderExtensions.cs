using Microsoft.AspNetCore.Routing;
using OrleansTemporal.Agents;
using OrleansTemporal.Backups;
using OrleansTemporal.Encryption;
using OrleansTemporal.Health;
using OrleansTemporal.Kv;
using OrleansTemporal.Lifecycle;
using OrleansTemporal.Lineage;
using OrleansTemporal.LineProtocol;
using OrleansTemporal.OpenApi;
using OrleansTemporal.Operations;
using OrleansTemporal.Pages;
using OrleansTemporal.PromQl;
using OrleansTemporal.Series;
using OrleansTemporal.Signals;
using OrleansTemporal.Timelines;
using OrleansTemporal.Vectors;
using OrleansTemporal.Workspaces;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps the REST surface.</summary>
public static class OrleansTemporalEndpointRouteBuilderExtensions
{
    /// <summary>Maps every route of the API, its health, its description and its first page.</summary>
    public static IEndpointRouteBuilder MapOrleansTemporal(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        WorkspaceEndpoints.Map(endpoints);
        KvEndpoints.Map(endpoints);
        SeriesEndpoints.Map(endpoints);
        LineProtocolEndpoints.Map(endpoints);
        PromQlEndpoints.Map(endpoints);
        SignalEndpoints.Map(endpoints);
        VectorEndpoints.Map(endpoints);
        DataKeyEndpoints.Map(endpoints);
        LineageEndpoints.Map(endpoints);
        AgentEndpoints.Map(endpoints);
        OperationEndpoints.Map(endpoints);
        BackupEndpoints.Map(endpoints);
        GenomeEndpoints.Map(endpoints);
        LifecycleEndpoints.Map(endpoints);
        TimelineEndpoints.Map(endpoints);
        HealthEndpoints.Map(endpoints);
        OpenApiEndpoints.Map(endpoints);
        HomePageEndpoints.Map(endpoints);
        return endpoints;
    }
}
