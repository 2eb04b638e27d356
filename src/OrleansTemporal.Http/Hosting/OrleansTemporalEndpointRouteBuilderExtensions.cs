using Microsoft.AspNetCore.Routing;
using OrleansTemporal.Agents;
using OrleansTemporal.Backups;
using OrleansTemporal.Channels;
using OrleansTemporal.Encryption;
using OrleansTemporal.Events;
using OrleansTemporal.Health;
using OrleansTemporal.Kv;
using OrleansTemporal.Lifecycle;
using OrleansTemporal.Lineage;
using OrleansTemporal.LineProtocol;
using OrleansTemporal.OpenApi;
using OrleansTemporal.Operations;
using OrleansTemporal.Pages;
using OrleansTemporal.Routing;
using OrleansTemporal.Patterns;
using OrleansTemporal.PromQl;
using OrleansTemporal.Series;
using OrleansTemporal.Signals;
using OrleansTemporal.Subscriptions;
using OrleansTemporal.Timelines;
using OrleansTemporal.Vectors;
using OrleansTemporal.Views;
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
        PatternEndpoints.Map(endpoints);
        LineProtocolEndpoints.Map(endpoints);
        PromQlEndpoints.Map(endpoints);
        SignalEndpoints.Map(endpoints);
        VectorEndpoints.Map(endpoints);
        ViewEndpoints.Map(endpoints);
        DataKeyEndpoints.Map(endpoints);
        LineageEndpoints.Map(endpoints);
        AgentEndpoints.Map(endpoints);
        OperationEndpoints.Map(endpoints);
        BackupEndpoints.Map(endpoints);
        GenomeEndpoints.Map(endpoints);
        LifecycleEndpoints.Map(endpoints);
        TimelineEndpoints.Map(endpoints);
        RouteEndpoints.Map(endpoints);
        EventEndpoints.Map(endpoints);
        ChannelEndpoints.Map(endpoints);
        SubscriptionEndpoints.Map(endpoints);
        HealthEndpoints.Map(endpoints);
        OpenApiEndpoints.Map(endpoints);
        HomePageEndpoints.Map(endpoints);
        return endpoints;
    }
}
