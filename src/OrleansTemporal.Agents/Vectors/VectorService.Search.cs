using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Vectors;

public sealed partial class VectorService
{
    /// <summary>
    /// The nearest vectors, now or as of a moment. Over several partitions each names its own nearest, all as of one moment,
    /// so where they compare with everything the answer is that of one partition.
    /// </summary>
    /// <exception cref="TemporalException">
    /// NotFound, <c>collection_not_found</c>, <c>key_not_found</c>; Invalid: <c>invalid_vector</c>, <c>invalid_field</c>,
    /// <c>as_of_in_future</c>, <c>sequence_needs_one_agent</c>.
    /// </exception>
    public async ValueTask<VectorAnswer> SearchAsync(
        CallContext call, string workspace, string collection, VectorQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        await access.EnterAsync(call, new Resource(workspace, AgentKind.Vectors, collection), Verb.Read, cancellationToken).ConfigureAwait(false);
        var route = await RequireAsync(workspace, collection, query.AsOf, cancellationToken).ConfigureAwait(false);
        VectorRules.Require(route.Settings, query);
        query = query with { Collection = route.Entry.Sequence };
        if (route.Agents.Length == 1)
        {
            return await route.Agents[0].SearchAsync(query, cancellationToken).ConfigureAwait(false);
        }

        route.RequireOneAgentFor(query.AsOf);
        query = query with { AsOf = query.AsOf.IsLatest ? AsOf.At(clock.Next()) : query.AsOf };
        if (query.Causal is { History.IsDefaultOrEmpty: true } causal)
        {
            var ancestry = await route.AgentOf(causal.Near).GetAncestryAsync(query.Collection, causal.Near, query.AsOf, cancellationToken).ConfigureAwait(false);
            query = query with { Causal = causal with { History = ancestry.Deltas.IsEmpty ? throw VectorSearch.NoVector(causal.Near) : ancestry.Deltas } };
        }

        var answers = await Task.WhenAll(route.Agents.Select(agent => agent.SearchAsync(query, cancellationToken).AsTask())).ConfigureAwait(false);
        return Merge(query, answers);
    }

    // Equally good ones in the order of their ids: whichever partition was faster, the answer is the same.
    private static VectorAnswer Merge(VectorQuery query, VectorAnswer[] answers)
    {
        var all = answers.SelectMany(static answer => answer.Matches);
        var ordered = query.Causal is null ? all.OrderBy(static match => match.Distance) : all.OrderByDescending(static match => match.Score);
        return new VectorAnswer(
            [.. ordered.ThenBy(static match => match.Id, StringComparer.Ordinal).Take(query.Count)],
            answers.FirstOrDefault(static answer => answer.Mode != VectorMode.Exact)?.Mode ?? VectorMode.Exact,
            query.AsOf.SystemTime!.Value);
    }
}
