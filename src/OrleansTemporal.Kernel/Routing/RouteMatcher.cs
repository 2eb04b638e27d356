using System.Collections.Concurrent;
using System.Collections.Immutable;
using OrleansTemporal.Causality;
using OrleansTemporal.Channels;

namespace OrleansTemporal.Routing;

/// <summary>
/// A set of routes, compiled. Which of them name a source is found once for each source, at the cost of every pattern, and
/// kept; a delta then costs a look-up and those conditions that it has a chance to meet. Immutable to its callers and thread-safe.
/// </summary>
public sealed class RouteMatcher
{
    private static readonly RouteCandidates NoCandidates = new([]);

    private readonly CompiledRoute[] routes;
    private readonly ConcurrentDictionary<AgentId, RouteCandidates> bySource = new();
    private int kept;

    /// <summary>Compiles routes that are valid.</summary>
    public RouteMatcher(IEnumerable<RouteDefinition> routes)
    {
        ArgumentNullException.ThrowIfNull(routes);
        this.routes = [.. routes.Select(static route => new CompiledRoute(route))];
    }

    /// <summary>No routes.</summary>
    public static RouteMatcher None { get; } = new([]);

    /// <summary>Whether any route names the source.</summary>
    public bool Names(AgentId source) => routes.Length > 0 && !CandidatesOf(source).IsEmpty;

    /// <summary>The highest priority that a delta of the source can have; normal when no route names it.</summary>
    public RoutingPriority PriorityOf(AgentId source) => CandidatesOf(source).Priority;

    /// <summary>Whether deciding about deltas of the source takes their magnitude.</summary>
    public bool NeedsMagnitude(AgentId source) => CandidatesOf(source).NeedsMagnitude;

    /// <summary>Where a delta goes.</summary>
    /// <param name="source">Whose delta it is.</param>
    /// <param name="metadata">Its pairs.</param>
    /// <param name="time">Its system time.</param>
    /// <param name="magnitude">Its magnitude; anything where <see cref="NeedsMagnitude"/> is false.</param>
    public RoutingDecision Decide(AgentId source, ImmutableArray<KeyValuePair<string, string>> metadata, HybridTimestamp time, double magnitude) =>
        CandidatesOf(source).Decide(metadata, time, magnitude);

    private RouteCandidates CandidatesOf(AgentId source)
    {
        if (routes.Length == 0)
        {
            return NoCandidates;
        }

        if (bySource.TryGetValue(source, out var known))
        {
            return known;
        }

        Span<char> room = stackalloc char[SourceText.LengthMax];
        var text = SourceText.Write(source, room);
        var naming = new List<CompiledRoute>();
        foreach (var route in routes)
        {
            if (route.Pattern.IsMatch(text))
            {
                naming.Add(route);
            }
        }

        if (Interlocked.Increment(ref kept) > Limits.RouteSourcesKeptMax)
        {
            Volatile.Write(ref kept, 0);
            bySource.Clear();
        }

        return bySource.GetOrAdd(source, new RouteCandidates(naming));
    }
}
