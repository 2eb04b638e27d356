using OrleansTemporal.Catalog;
using OrleansTemporal.Causality;
using OrleansTemporal.Channels;
using OrleansTemporal.Kv;
using OrleansTemporal.Lifecycle;
using OrleansTemporal.Series;
using OrleansTemporal.Signals;
using OrleansTemporal.Subscriptions;
using OrleansTemporal.Timelines;
using OrleansTemporal.Vectors;
using OrleansTemporal.Views;

namespace OrleansTemporal.Agents;

/// <summary>Which grain an agent of which kind is. A new facet adds its lines here.</summary>
internal static class AgentGrains
{
    /// <summary>Grain type of storage agents. Part of every key in the cluster's directory, so it never changes.</summary>
    public const string Storage = "ot.storage";

    /// <summary>Grain type of chronicle agents.</summary>
    public const string Chronicle = "ot.chronicle";

    /// <summary>Grain type of vector agents.</summary>
    public const string Vectors = "ot.vectors";

    /// <summary>Grain type of catalogs and of the registry of workspaces.</summary>
    public const string Catalog = "ot.catalog";

    /// <summary>Grain type of lifecycle agents.</summary>
    public const string Lifecycle = "ot.lifecycle";

    /// <summary>Grain type of timelines.</summary>
    public const string Timeline = "ot.timeline";

    /// <summary>Grain type of ledger agents.</summary>
    public const string Signals = "ot.signals";

    /// <summary>Grain type of channel agents.</summary>
    public const string Channel = "ot.channel";

    /// <summary>Grain type of subscription agents.</summary>
    public const string Subscription = "ot.subscription";

    /// <summary>Grain type of view agents.</summary>
    public const string View = "ot.view";

    /// <summary>All grain types that are agents.</summary>
    public static readonly IReadOnlyList<GrainType> Types =
    [
        GrainType.Create(Storage), GrainType.Create(Chronicle), GrainType.Create(Signals), GrainType.Create(Vectors), GrainType.Create(Timeline), GrainType.Create(Channel),
        GrainType.Create(Catalog), GrainType.Create(Lifecycle), GrainType.Create(Subscription), GrainType.Create(View),
    ];

    /// <summary>The grain of an agent.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No agent of this kind is a grain.</exception>
    public static IAgentGrain Get(IGrainFactory grains, AgentId id) => id.Kind switch
    {
        AgentKind.Kv => grains.GetGrain<IStorageGrain>(id.ToString()),
        AgentKind.Series => grains.GetGrain<IChronicleGrain>(id.ToString()),
        AgentKind.Signals => grains.GetGrain<ISignalLedgerGrain>(id.ToString()),
        AgentKind.Vectors => grains.GetGrain<IVectorGrain>(id.ToString()),
        AgentKind.Views => grains.GetGrain<IViewGrain>(id.ToString()),
        AgentKind.Catalog or AgentKind.Workspaces => grains.GetGrain<ICatalogGrain>(id.ToString()),
        AgentKind.Channels => grains.GetGrain<IChannelGrain>(id.ToString()),
        AgentKind.Subscriptions => grains.GetGrain<ISubscriptionGrain>(id.ToString()),
        AgentKind.Lifecycle => grains.GetGrain<ILifecycleGrain>(id.ToString()),
        AgentKind.Timelines => grains.GetGrain<ITimelineGrain>(id.ToString()),
        _ => throw new ArgumentOutOfRangeException(nameof(id), id, "No agent of this kind is a grain."),
    };

    /// <summary>The agent that a grain is.</summary>
    /// <exception cref="Errors.TemporalException">Invalid, <c>invalid_agent_id</c>.</exception>
    public static AgentId IdOf(GrainId grain) => AgentId.Parse(grain.Key.ToString()!);
}
