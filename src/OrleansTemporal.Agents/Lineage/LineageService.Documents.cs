using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Kv;

namespace OrleansTemporal.Lineage;

/// <content>Questions about documents and their references.</content>
public sealed partial class LineageService
{
    private async ValueTask<LineageAnswer> AskDocumentsAsync(
        CallContext call, string workspace, LineageMap map, LineageQuery query, HybridTimestamp time, CancellationToken cancellationToken)
    {
        var graph = new DocumentGraph(map, kv, call, workspace, time);
        var bounds = BoundsOf(query);
        foreach (var document in query.Of.Concat(query.With))
        {
            if (!DocumentReferences.TrySplit(document, out _, out _))
            {
                throw Refuse("of", $"'{document}' is not a document, which this question is about: documents are written namespace/key.");
            }
        }

        switch (query.Ask)
        {
            case LineageAsk.References or LineageAsk.Reachable:
                await graph.RequireAsync(query.Of, cancellationToken).ConfigureAwait(false);
                bounds = query.Ask == LineageAsk.References ? bounds with { DepthMax = 1, NeighboursMax = Limits.LineageNodesMax } : bounds;
                var reach = await LineageWalk.RunAsync(graph, query.Of, LineageDirection.Causes, bounds, withLastEdges: query.Ask == LineageAsk.References, cancellationToken).ConfigureAwait(false);
                var first = query.Ask == LineageAsk.References ? reach.Steps[0].Neighbours.Select(place => (reach.Steps[place].Node, (int?)null)) : [];
                var steps = query.Ask == LineageAsk.References
                    ? first.OrderBy(static row => row.Node, Utf8Order.Comparer)
                    : reach.Steps.Where(static step => step.Distance > 0)
                        .OrderBy(static step => step.Distance).ThenBy(static step => step.Node, Utf8Order.Comparer)
                        .Select(static step => (step.Node, (int?)step.Distance));
                return await PageAsync(graph, query, time, [.. steps], reach.IsComplete, cancellationToken).ConfigureAwait(false);
            case LineageAsk.Path or LineageAsk.Connected:
                await graph.RequireAsync([.. query.Of, .. query.With], cancellationToken).ConfigureAwait(false);
                var path = Whole(await LineagePath<string>.FindAsync(graph, query.Of[0], query.With[0], query.Direction, bounds, cancellationToken).ConfigureAwait(false));
                ImmutableArray<(string, int?)> shown = query.Ask == LineageAsk.Path ? [.. path.Nodes.Select(static node => (node, (int?)null))] : [];
                return await PageAsync(graph, query, time, shown, true, cancellationToken).ConfigureAwait(false) with { IsConnected = !path.Nodes.IsEmpty };
            case LineageAsk.Referrers:
                return await ReferrersAsync(map.Agents, query, time, cancellationToken).ConfigureAwait(false);
            case LineageAsk.Unreachable:
                return await UnreachableAsync(graph, call, workspace, query, time, cancellationToken).ConfigureAwait(false);
            case LineageAsk.MostReferenced:
                return await MostReferencedAsync(map.Agents, query, time, cancellationToken).ConfigureAwait(false);
            default:
                throw Refuse("ask", "This question is about writes.");
        }
    }

    private static async ValueTask<LineageAnswer> PageAsync(
        DocumentGraph graph, LineageQuery query, HybridTimestamp time, ImmutableArray<(string Document, int? Distance)> rows, bool isComplete, CancellationToken cancellationToken)
    {
        var (from, next) = PageOf(query, rows.Length);
        var shown = rows.Skip(from).Take(query.Limit).ToArray();
        var exist = await graph.ExistAsync([.. shown.Select(static row => row.Document)], cancellationToken).ConfigureAwait(false);
        var items = shown.Zip(exist, static (row, exists) => new LineageRow([new LineageItem { Document = row.Document, Exists = exists, Distance = row.Distance }]));
        return new LineageAnswer { Rows = [.. items], Next = next, AsOf = time, IsComplete = isComplete };
    }

    // Page by page from agent to agent, so that any number of referrers can be read. The document itself need not exist.
    private async ValueTask<LineageAnswer> ReferrersAsync(ImmutableArray<AgentId> all, LineageQuery query, HybridTimestamp time, CancellationToken cancellationToken)
    {
        var (at, inAgent) = ParseCursor(query.Cursor, all);
        var after = ParseBytes(inAgent);
        var rows = ImmutableArray.CreateBuilder<LineageRow>();
        string? next = null;
        for (; at < all.Length && next is null; at++, after = [])
        {
            if (rows.Count == query.Limit)
            {
                next = $"{all[at]}|";
                break;
            }

            var page = await kv
                .GetReferencesAsync(all[at], new LineageReferenceQuery { Target = query.Of[0], AsOf = AsOf.At(time), Limit = query.Limit - rows.Count, After = after }, cancellationToken)
                .ConfigureAwait(false);
            var ns = all[at].Name;
            rows.AddRange(page.References.Select(reference => new LineageRow([new LineageItem { Document = $"{ns}/{reference.Key}", WriteId = reference.WriteId }])));
            next = page.Next.IsEmpty ? null : $"{all[at]}|{Convert.ToHexStringLower(page.Next.Span)}";
        }

        return new LineageAnswer { Rows = rows.ToImmutable(), Next = next, AsOf = time };
    }

    private static byte[] ParseBytes(string? text)
    {
        try
        {
            return text is null ? [] : Convert.FromHexString(text);
        }
        catch (FormatException)
        {
            throw Refuse("cursor", "'cursor' is what a nextLink carries.");
        }
    }

    private async ValueTask<LineageAnswer> UnreachableAsync(
        DocumentGraph graph, CallContext call, string workspace, LineageQuery query, HybridTimestamp time, CancellationToken cancellationToken)
    {
        await graph.RequireAsync(query.Of, cancellationToken).ConfigureAwait(false);
        var reach = Whole(await LineageWalk.RunAsync(graph, query.Of, LineageDirection.Causes, BoundsOf(query), withLastEdges: false, cancellationToken).ConfigureAwait(false));
        var list = new KvListQuery { AsOf = AsOf.At(time), Limit = query.Limit, After = query.Cursor };
        var page = await kv.ListAsync(call, workspace, query.Namespace!, list, cancellationToken).ConfigureAwait(false);
        var rows = page.Entries
            .Where(entry => !reach.Contains($"{query.Namespace}/{entry.Key}"))
            .Select(entry => new LineageRow([new LineageItem { Document = $"{query.Namespace}/{entry.Key}", WriteId = entry.WriteId }]));
        return new LineageAnswer { Rows = [.. rows], Next = page.Next, AsOf = time };
    }

    private async ValueTask<LineageAnswer> MostReferencedAsync(ImmutableArray<AgentId> all, LineageQuery query, HybridTimestamp time, CancellationToken cancellationToken)
    {
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        var (counted, isComplete) = (0, true);
        foreach (var agent in all)
        {
            var next = default(ReadOnlyMemory<byte>);
            do
            {
                var page = await kv
                    .GetReferencesAsync(agent, new LineageReferenceQuery { AsOf = AsOf.At(time), Limit = Limits.PageCountMax, After = next }, cancellationToken).ConfigureAwait(false);
                foreach (var reference in page.References)
                {
                    if (query.Namespace is not { } ns || (reference.Target.StartsWith(ns, StringComparison.Ordinal) && reference.Target[ns.Length] == '/'))
                    {
                        counts[reference.Target] = counts.GetValueOrDefault(reference.Target) + 1;
                    }
                }

                counted += page.References.Length;
                next = page.Next;
                isComplete &= counted < Limits.LineageReferencesMax || next.IsEmpty;
            }
            while (!next.IsEmpty && isComplete);
        }

        var highest = counts.OrderByDescending(static pair => pair.Value).ThenBy(static pair => pair.Key, Utf8Order.Comparer).ToArray();
        var (from, more) = PageOf(query, highest.Length);
        var rows = highest.Skip(from).Take(query.Limit).Select(static pair => new LineageRow([new LineageItem { Document = pair.Key, Count = pair.Value }]));
        return new LineageAnswer { Rows = [.. rows], Next = more, AsOf = time, IsComplete = isComplete };
    }
}
