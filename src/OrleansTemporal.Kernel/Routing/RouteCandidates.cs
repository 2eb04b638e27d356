using System.Collections.Concurrent;
using System.Collections.Immutable;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Routing;

/// <summary>
/// The routes that name one source. Those without conditions are settled once; of the others only those are looked at whose
/// first pair or key of metadata the delta has, or whose magnitude it reaches.
/// </summary>
internal sealed class RouteCandidates
{
    // Different answers that are kept; there are hardly ever more than a few.
    private const int AnswersKeptMax = 1_024;

    private readonly RoutingDecision always;
    private readonly CompiledRoute[] byMagnitude;
    private readonly Dictionary<string, CompiledRoute[]> byKey;
    private readonly Dictionary<(string Key, string Value), CompiledRoute[]> byPair;
    private readonly string[] channels;
    private readonly Dictionary<CompiledRoute, ulong[]> channelsOf;
    private readonly ulong[] alwaysChannels;
    private readonly ConcurrentDictionary<(ulong Channels, int Priority, long Live), RoutingDecision> answers = new();

    public RouteCandidates(IReadOnlyCollection<CompiledRoute> routes)
    {
        channels = [.. routes.SelectMany(static route => route.Definition.Channels).Distinct().Order(StringComparer.Ordinal)];
        channelsOf = routes.Distinct().ToDictionary(static route => route, route => BitsOf(route.Definition.Channels));
        var conditional = routes.Where(static route => route.IsConditional).ToList();
        byPair = conditional.Where(static route => !route.Definition.MetadataEquals.IsEmpty)
            .GroupBy(static route => (route.Definition.MetadataEquals[0].Key, route.Definition.MetadataEquals[0].Value))
            .ToDictionary(static group => group.Key, static group => group.ToArray());
        byKey = conditional.Where(static route => route.Definition.MetadataEquals.IsEmpty && !route.Definition.MetadataExists.IsEmpty)
            .GroupBy(static route => route.Definition.MetadataExists[0])
            .ToDictionary(static group => group.Key, static group => group.ToArray(), StringComparer.Ordinal);
        byMagnitude = [.. conditional.Where(static route => route.Definition.MetadataEquals.IsEmpty && route.Definition.MetadataExists.IsEmpty).OrderBy(static route => route.MinMagnitude)];
        NeedsMagnitude = conditional.Any(static route => route.MinMagnitude > 0);
        var settled = new Gathering(new ulong[(channels.Length + 63) / 64]);
        foreach (var route in routes.Where(static route => !route.IsConditional))
        {
            settled.Add(route.Definition, channelsOf[route]);
        }

        alwaysChannels = settled.Channels.ToArray();
        always = DecisionOf(settled);
        Priority = routes.Count == 0 ? RoutingPriority.Normal : routes.Max(static route => route.Definition.Priority);
        IsEmpty = routes.Count == 0;
    }

    /// <summary>True when no route names the source.</summary>
    public bool IsEmpty { get; }

    /// <summary>The highest priority that a delta of the source can have.</summary>
    public RoutingPriority Priority { get; }

    /// <summary>Whether any of them asks for a magnitude.</summary>
    public bool NeedsMagnitude { get; }

    /// <summary>Where a delta of the source goes.</summary>
    public RoutingDecision Decide(ImmutableArray<KeyValuePair<string, string>> metadata, HybridTimestamp time, double magnitude)
    {
        if (byMagnitude.Length + byKey.Count + byPair.Count == 0)
        {
            return always;
        }

        Span<ulong> bits = stackalloc ulong[(channels.Length + 63) / 64];
        alwaysChannels.CopyTo(bits);
        var met = new Gathering(bits) { Priority = always.IsRouted ? always.Priority : default, TimeToLive = always.TimeToLive, Any = always.IsRouted };
        foreach (var route in byMagnitude)
        {
            if (route.MinMagnitude > magnitude)
            {
                break;
            }

            Meet(route, metadata, time, magnitude, ref met);
        }

        foreach (var (key, value) in metadata)
        {
            foreach (var route in byKey.GetValueOrDefault(key, []))
            {
                Meet(route, metadata, time, magnitude, ref met);
            }

            foreach (var route in byPair.GetValueOrDefault((key, value), []))
            {
                Meet(route, metadata, time, magnitude, ref met);
            }
        }

        return DecisionOf(met);
    }

    private void Meet(CompiledRoute route, ImmutableArray<KeyValuePair<string, string>> metadata, HybridTimestamp time, double magnitude, ref Gathering met)
    {
        if (route.Holds(metadata, time, magnitude))
        {
            met.Add(route.Definition, channelsOf[route]);
        }
    }

    private RoutingDecision DecisionOf(in Gathering met)
    {
        if (!met.Any)
        {
            return RoutingDecision.None;
        }

        var key = (met.Channels[0], (int)met.Priority, met.TimeToLive?.Ticks ?? -1);
        var isKept = channels.Length <= 64;
        if (isKept && answers.TryGetValue(key, out var known))
        {
            return known;
        }

        var named = ImmutableArray.CreateBuilder<string>();
        for (var i = 0; i < channels.Length; i++)
        {
            if ((met.Channels[i >> 6] & (1UL << (i & 63))) != 0)
            {
                named.Add(channels[i]);
            }
        }

        var decision = new RoutingDecision { Channels = named.ToImmutable(), Priority = met.Priority, TimeToLive = met.TimeToLive };
        if (isKept && answers.Count < AnswersKeptMax)
        {
            answers.TryAdd(key, decision);
        }

        return decision;
    }

    private ulong[] BitsOf(ImmutableArray<string> named)
    {
        var bits = new ulong[(channels.Length + 63) / 64];
        foreach (var name in named)
        {
            var place = Array.BinarySearch(channels, name, StringComparer.Ordinal);
            bits[place >> 6] |= 1UL << (place & 63);
        }

        return bits;
    }

    private ref struct Gathering(Span<ulong> channels)
    {
        public readonly Span<ulong> Channels = channels;

        public bool Any { get; set; }

        public RoutingPriority Priority { get; set; }

        public TimeSpan? TimeToLive { get; set; }

        public void Add(RouteDefinition route, ulong[] leadsTo)
        {
            for (var i = 0; i < leadsTo.Length; i++)
            {
                Channels[i] |= leadsTo[i];
            }

            Priority = route.Priority > Priority || !Any ? route.Priority : Priority;
            TimeToLive = !Any ? route.TimeToLive : TimeToLive is null || route.TimeToLive is null ? null : route.TimeToLive > TimeToLive ? route.TimeToLive : TimeToLive;
            Any = true;
        }
    }
}
