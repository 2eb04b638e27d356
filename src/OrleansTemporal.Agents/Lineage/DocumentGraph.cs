using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Kv;

namespace OrleansTemporal.Lineage;

/// <summary>
/// The documents of a workspace and their references as a graph, as of one moment. To causes means from a document to what
/// it refers to. A document that is referred to need not exist; then it refers to nothing.
/// </summary>
internal sealed class DocumentGraph(
    LineageMap map, KvService kv, CallContext call, string workspace, HybridTimestamp time) : ILineageGraph<string>
{
    // Values are read for their references and let go, some at a time.
    private const int ValuesAtOnce = 32;

    private readonly Dictionary<string, IReadOnlyList<string>?> references = new(StringComparer.Ordinal);
    private long edgeCount;

    public int Compare(string left, string right) => Utf8Order.Compare(left, right);

    public async ValueTask<ImmutableArray<ImmutableArray<string>>> ReadAsync(
        ImmutableArray<string> nodes, LineageDirection direction, int neighboursMax, CancellationToken cancellationToken)
    {
        var found = nodes.Select(static _ => new HashSet<string>(StringComparer.Ordinal)).ToArray();
        if ((direction & LineageDirection.Causes) != 0)
        {
            await LoadAsync(nodes, cancellationToken).ConfigureAwait(false);
            for (var i = 0; i < found.Length; i++)
            {
                found[i].UnionWith(references[nodes[i]] ?? []);
            }
        }

        if ((direction & LineageDirection.Effects) != 0)
        {
            for (var i = 0; i < found.Length; i++)
            {
                foreach (var agent in map.Agents)
                {
                    await AddReferrersAsync(agent, nodes[i], neighboursMax, found[i], cancellationToken).ConfigureAwait(false);
                }
            }
        }

        foreach (var set in found)
        {
            edgeCount += set.Count;
        }

        return edgeCount <= Limits.LineageEdgesMax
            ? [.. found.Select(set => set.Order(Utf8Order.Comparer).Take(neighboursMax + 1).ToImmutableArray())]
            : throw new TemporalException(ErrorKind.Invalid, ErrorCodes.LineageTooLarge, $"The question would follow more than {Limits.LineageEdgesMax} references. Ask with a smaller depth.")
            {
                Field = "depth",
                Limit = Limits.LineageEdgesMax,
            };
    }

    /// <summary>Whether documents have a live value, in order.</summary>
    public async ValueTask<ImmutableArray<bool>> ExistAsync(IReadOnlyList<string> documents, CancellationToken cancellationToken)
    {
        await LoadAsync(documents, cancellationToken).ConfigureAwait(false);
        return [.. documents.Select(document => references[document] is not null)];
    }

    /// <exception cref="TemporalException">NotFound, <c>key_not_found</c>, for the first that has no live value.</exception>
    public async ValueTask RequireAsync(IReadOnlyList<string> documents, CancellationToken cancellationToken)
    {
        var exist = await ExistAsync(documents, cancellationToken).ConfigureAwait(false);
        var missing = exist.IndexOf(false);
        if (missing >= 0)
        {
            throw new TemporalException(ErrorKind.NotFound, ErrorCodes.KeyNotFound, $"There is no document '{documents[missing]}', or there was none then.") { Field = "of" };
        }
    }

    private async ValueTask LoadAsync(IEnumerable<string> documents, CancellationToken cancellationToken)
    {
        var wanted = documents.Where(document => !references.ContainsKey(document)).Distinct(StringComparer.Ordinal).Select(Split);
        foreach (var group in wanted.GroupBy(static document => document.Namespace, StringComparer.Ordinal))
        {
            foreach (var step in group.Chunk(ValuesAtOnce))
            {
                ImmutableArray<string> keys = [.. step.Select(static document => document.Key)];
                var results = await kv.GetManyAsync(call, workspace, group.Key, keys, AsOf.At(time), cancellationToken).ConfigureAwait(false);
                for (var i = 0; i < step.Length; i++)
                {
                    references[$"{group.Key}/{step[i].Key}"] = results[i].Version is { } version ? DocumentReferences.In(version.Value.Span) : null;
                }
            }
        }
    }

    private async ValueTask AddReferrersAsync(AgentId agent, string document, int neighboursMax, HashSet<string> found, CancellationToken cancellationToken)
    {
        var query = new LineageReferenceQuery { Target = document, AsOf = AsOf.At(time), Limit = Math.Clamp(neighboursMax + 1, 1, Limits.PageCountMax) };
        while (found.Count <= neighboursMax)
        {
            var page = await kv.GetReferencesAsync(agent, query, cancellationToken).ConfigureAwait(false);
            found.UnionWith(page.References.Select(reference => $"{agent.Name}/{reference.Key}"));
            if (page.Next.IsEmpty)
            {
                return;
            }

            query = query with { After = page.Next };
        }
    }

    private static (string Namespace, string Key) Split(string document) =>
        DocumentReferences.TrySplit(document, out var ns, out var key) ? (ns, key) : throw LineageService.Refuse("of", $"'{document}' is not a document: documents are written namespace/key.");
}
