using System.Collections.Concurrent;
using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Channels;

namespace OrleansTemporal.Routing;

/// <summary>What this process knows of routes, by workspace; and the decision which deltas of a source a channel carries because of them. Thread-safe.</summary>
internal sealed class RouteBooks(IAgentDirectory directory)
{
    private readonly ConcurrentDictionary<string, RouteBook> books = new(StringComparer.Ordinal);
    private readonly DeltaExplainer explainer = new(directory);

    /// <summary>The book of a workspace, as far as it was read.</summary>
    public RouteBook this[string workspace] => books.GetOrAdd(workspace, static (name, from) => new RouteBook(from, name), directory);

    /// <summary>Holds deltas of one source against the routes to a channel that were in force at the system time of each.</summary>
    /// <returns>For each delta itself with its priority and its end; null when no route was met.</returns>
    public async ValueTask<ImmutableArray<AgentDelta?>> RouteAsync(AgentId channel, IReadOnlyList<AgentDelta> deltas, CancellationToken cancellationToken)
    {
        var book = this[channel.Workspace];
        await book.RefreshAsync(deltas[^1].SystemTime, cancellationToken).ConfigureAwait(false);
        var matchers = book.Ask(history => deltas.Select(delta => history.MatcherAt(delta.SystemTime, channel.Name)).ToArray());
        var weighed = deltas.Where((delta, place) => matchers[place].NeedsMagnitude(delta.Agent)).ToList();
        var explained = await explainer.ExplainAsync(weighed, cancellationToken).ConfigureAwait(false);
        var magnitudes = explained.Select(static one => (one.Sequence, one.Magnitude)).ToDictionary();
        return [.. deltas.Select((delta, place) => Route(delta, matchers[place], magnitudes.GetValueOrDefault(delta.Sequence)))];
    }

    private static AgentDelta? Route(AgentDelta delta, RouteMatcher matcher, double magnitude)
    {
        var decision = matcher.Decide(delta.Agent, delta.Metadata, delta.SystemTime, magnitude);
        return decision.IsRouted ? delta with { Priority = decision.Priority, ExpiresAt = EndOf(delta.SystemTime, decision.TimeToLive) } : null;
    }

    private static HybridTimestamp? EndOf(HybridTimestamp time, TimeSpan? live) => live is { } span
        ? HybridTimestamp.FromMilliseconds(Math.Min(HybridTimestamp.MillisecondsMax, time.Milliseconds + (long)span.TotalMilliseconds))
        : null;
}
