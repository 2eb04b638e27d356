using OrleansTemporal.Causality;
using OrleansTemporal.Channels;

namespace OrleansTemporal.Routing;

/// <summary>
/// Every version of every route of a workspace, so that a delta is routed by those that were in force at its system time,
/// whenever it is asked for. Not thread-safe.
/// </summary>
public sealed class RouteHistory
{
    // Compiled sets that are kept: a reader that catches up passes periods in their order.
    private const int MatchersKeptMax = 64;

    private readonly SortedDictionary<string, List<(ulong Time, RouteDefinition? Definition)>> versions = new(StringComparer.Ordinal);
    private readonly List<ulong> changes = [];
    private readonly Dictionary<string, long> touched = new(StringComparer.Ordinal);
    private readonly Dictionary<(int Period, string Channel), RouteMatcher> matchers = [];

    // Of the present, by channel: what every notice of every source is held against.
    private readonly Dictionary<string, RouteMatcher> newest = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (Dictionary<string, Glob> Patterns, Dictionary<AgentId, bool> Known)> ever = new(StringComparer.Ordinal);

    /// <summary>Whether there was ever a route.</summary>
    public bool IsEmpty => versions.Count == 0;

    /// <summary>Adds a version, in the order of system times.</summary>
    /// <param name="name">The route.</param>
    /// <param name="time">System time of the catalog delta that said so.</param>
    /// <param name="sequence">Its sequence.</param>
    /// <param name="definition">What it says; null when the route was removed.</param>
    public void Add(string name, HybridTimestamp time, long sequence, RouteDefinition? definition)
    {
        if (!versions.TryGetValue(name, out var own))
        {
            versions[name] = own = [];
        }

        foreach (var channel in (own.Count > 0 ? own[^1].Definition?.Channels ?? [] : []).Concat(definition?.Channels ?? []))
        {
            touched[channel] = sequence;
        }

        foreach (var channel in definition?.Channels ?? [])
        {
            var (patterns, known) = ever.TryGetValue(channel, out var present) ? present : ever[channel] = (new(StringComparer.Ordinal), []);
            if (patterns.TryAdd(definition!.SourcePattern, Glob.Parse(definition.SourcePattern, "sourcePattern")))
            {
                known.Clear();
            }
        }

        newest.Clear();
        own.Add((time.Value, definition));
        changes.Add(time.Value);
    }

    /// <summary>Sequence of the newest version that has led to a channel, or ended that; 0 when none ever did.</summary>
    public long TouchedAt(string channel) => touched.GetValueOrDefault(channel);

    /// <summary>Whether any version of any route has ever led from a source to a channel.</summary>
    public bool HasEverLed(AgentId source, string channel)
    {
        if (!ever.TryGetValue(channel, out var led))
        {
            return false;
        }

        if (!led.Known.TryGetValue(source, out var has))
        {
            Span<char> room = stackalloc char[SourceText.LengthMax];
            var text = SourceText.Write(source, room);
            foreach (var pattern in led.Patterns.Values)
            {
                has |= pattern.IsMatch(text);
            }

            if (led.Known.Count >= Limits.RouteSourcesKeptMax)
            {
                led.Known.Clear();
            }

            led.Known[source] = has;
        }

        return has;
    }

    /// <summary>The routes to a channel that were in force at a system time. Cost: a binary search; a compilation when the period is new.</summary>
    public RouteMatcher MatcherAt(HybridTimestamp time, string channel)
    {
        var found = changes.BinarySearch(time.Value);
        var period = found < 0 ? ~found : found + 1;
        if (period == changes.Count)
        {
            return NewestOf(channel);
        }

        if (!matchers.TryGetValue((period, channel), out var matcher))
        {
            if (matchers.Count >= MatchersKeptMax)
            {
                matchers.Clear();
            }

            matchers[(period, channel)] = matcher = Compile(time, channel);
        }

        return matcher;
    }

    // A channel that no route has ever named has no routes, and is not remembered.
    private RouteMatcher NewestOf(string channel)
    {
        if (!touched.ContainsKey(channel))
        {
            return RouteMatcher.None;
        }

        if (!newest.TryGetValue(channel, out var matcher))
        {
            newest[channel] = matcher = Compile(HybridTimestamp.MaxValue, channel);
        }

        return matcher;
    }

    private RouteMatcher Compile(HybridTimestamp time, string channel) => new(InForce(time).Where(route => route.Channels.Contains(channel)));

    /// <summary>Definitions that were in force at a system time.</summary>
    public IEnumerable<RouteDefinition> InForce(HybridTimestamp time) =>
        versions.Values
            .Select(own => own.FindLastIndex(version => version.Time <= time.Value) is >= 0 and var place ? own[place].Definition : null)
            .OfType<RouteDefinition>();
}
