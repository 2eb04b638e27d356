using System.Collections.Immutable;
using System.Globalization;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Lineage;

/// <content>Questions about writes.</content>
public sealed partial class LineageService
{
    private async ValueTask<LineageAnswer> AskWritesAsync(LineageMap map, LineageQuery query, HybridTimestamp time, CancellationToken cancellationToken)
    {
        var graph = new WriteGraph(agents, map, time);
        var (of, with) = (ParseWrites(query.Of, "of"), ParseWrites(query.With, "with"));
        await graph.DescribeAsync(of.Concat(with), cancellationToken).ConfigureAwait(false);
        var bounds = BoundsOf(query);
        switch (query.Ask)
        {
            case LineageAsk.Ancestors or LineageAsk.Descendants:
                var direction = query.Ask == LineageAsk.Ancestors ? LineageDirection.Causes : LineageDirection.Effects;
                var reach = await LineageWalk.RunAsync(graph, of, direction, bounds, withLastEdges: false, cancellationToken).ConfigureAwait(false);
                var steps = reach.Steps.Where(static step => step.Distance > 0).OrderBy(static step => step.Distance).ThenBy(static step => step.Node, Order(graph));
                return await PageAsync(graph, query, time, [.. steps.Select(static step => (step.Node, (int?)step.Distance, (long?)null))], reach.IsComplete, cancellationToken)
                    .ConfigureAwait(false);
            case LineageAsk.Frontier or LineageAsk.Roots:
                direction = query.Ask == LineageAsk.Roots ? LineageDirection.Causes : LineageDirection.Effects;
                reach = Whole(await LineageWalk.RunAsync(graph, of, direction, bounds, withLastEdges: true, cancellationToken).ConfigureAwait(false));
                var ends = reach.Ends().OrderBy(static step => step.Node, Order(graph));
                return await PageAsync(graph, query, time, [.. ends.Select(static step => (step.Node, (int?)step.Distance, (long?)null))], true, cancellationToken).ConfigureAwait(false);
            case LineageAsk.Order:
                reach = Whole(await LineageWalk.RunAsync(graph, of, LineageDirection.Causes, bounds, withLastEdges: true, cancellationToken).ConfigureAwait(false));
                return await PageAsync(graph, query, time, Plain(TopologicalOrder.Of(reach, graph)), true, cancellationToken).ConfigureAwait(false);
            case LineageAsk.CommonAncestor:
                var nearest = await NearestCommonAncestors<WriteId>.FindAsync(graph, StartsOf(of, with), bounds, cancellationToken).ConfigureAwait(false);
                return nearest.IsComplete
                    ? await PageAsync(graph, query, time, Plain(nearest.Nodes), true, cancellationToken).ConfigureAwait(false)
                    : throw TooLarge();
            case LineageAsk.Path or LineageAsk.Connected:
                var path = Whole(await LineagePath<WriteId>.FindAsync(graph, of[0], with[0], query.Direction, bounds, cancellationToken).ConfigureAwait(false));
                var shown = query.Ask == LineageAsk.Path ? path.Nodes : [];
                return await PageAsync(graph, query, time, Plain(shown), true, cancellationToken).ConfigureAwait(false) with { IsConnected = !path.Nodes.IsEmpty };
            case LineageAsk.MostConnected:
                reach = await LineageWalk.RunAsync(graph, of, LineageDirection.Any, bounds, withLastEdges: true, cancellationToken).ConfigureAwait(false);
                var degrees = LineageDegrees.Highest(reach, graph, int.MaxValue);
                return await PageAsync(graph, query, time, [.. degrees.Select(static row => (row.Node, (int?)null, (long?)row.Degree))], reach.IsComplete, cancellationToken)
                    .ConfigureAwait(false);
            case LineageAsk.SimilarUnconnected:
                return await SimilarAsync(graph, query, of, bounds, time, cancellationToken).ConfigureAwait(false);
            case LineageAsk.RandomWalks:
                var walks = await RandomWalks.RunAsync(graph, of, query.Walks, query.Steps, bounds.NeighboursMax, query.Seed, cancellationToken).ConfigureAwait(false);
                return await GroupsAsync(graph, query, time, [.. walks.Select(static walk => (walk, (double?)null))], true, cancellationToken).ConfigureAwait(false);
            case LineageAsk.Effects:
                return await EffectsAsync(graph, map.Agents, query, of[0], time, cancellationToken).ConfigureAwait(false);
            default:
                throw Refuse("ask", "This question is about documents.");
        }
    }

    private static ImmutableArray<WriteId> ParseWrites(ImmutableArray<string> texts, string field) =>
    [
        .. texts.Select(text => WriteId.TryParse(text, out var id) && !id.IsNone ? id : throw Refuse(field, $"'{text}' is not a write id, which this question is about.")),
    ];

    private static ImmutableArray<WriteId> StartsOf(ImmutableArray<WriteId> of, ImmutableArray<WriteId> with)
    {
        ImmutableArray<WriteId> starts = [.. of.Concat(with).Distinct()];
        return starts.Length <= NearestCommonAncestors<WriteId>.StartsMax
            ? starts
            : throw Refuse("with", $"Common ancestors are found of at most {NearestCommonAncestors<WriteId>.StartsMax} writes.");
    }

    private static Comparer<WriteId> Order(WriteGraph graph) => Comparer<WriteId>.Create(graph.Compare);

    private static ImmutableArray<(WriteId Node, int? Distance, long? Count)> Plain(ImmutableArray<WriteId> nodes) =>
        [.. nodes.Select(static node => (node, (int?)null, (long?)null))];

    // A part of these would be no answer: what was left out may be what is asked for.
    private static LineageReach<TNode> Whole<TNode>(LineageReach<TNode> reach)
        where TNode : IEquatable<TNode> => reach.IsComplete ? reach : throw TooLarge();

    private static LineagePath<TNode> Whole<TNode>(LineagePath<TNode> path)
        where TNode : IEquatable<TNode> => path.IsComplete || !path.Nodes.IsEmpty ? path : throw TooLarge();

    private static async ValueTask<LineageAnswer> PageAsync(
        WriteGraph graph,
        LineageQuery query,
        HybridTimestamp time,
        ImmutableArray<(WriteId Node, int? Distance, long? Count)> nodes,
        bool isComplete,
        CancellationToken cancellationToken)
    {
        var (from, next) = PageOf(query, nodes.Length);
        var shown = nodes.Skip(from).Take(query.Limit).ToArray();
        var writes = await graph.DescribeAsync(shown.Select(static row => row.Node), cancellationToken).ConfigureAwait(false);
        var rows = shown.Zip(writes, static (row, write) => new LineageRow([new LineageItem { Write = write, Distance = row.Distance, Count = row.Count }]));
        return new LineageAnswer { Rows = [.. rows], Next = next, AsOf = time, IsComplete = isComplete };
    }

    private static async ValueTask<LineageAnswer> GroupsAsync(
        WriteGraph graph, LineageQuery query, HybridTimestamp time, ImmutableArray<(ImmutableArray<WriteId> Nodes, double? Similarity)> groups, bool isComplete, CancellationToken cancellationToken)
    {
        var (from, next) = PageOf(query, groups.Length);
        var rows = ImmutableArray.CreateBuilder<LineageRow>();
        foreach (var (nodes, similarity) in groups.Skip(from).Take(query.Limit))
        {
            var writes = await graph.DescribeAsync(nodes, cancellationToken).ConfigureAwait(false);
            rows.Add(new LineageRow([.. writes.Select(static write => new LineageItem { Write = write })], similarity));
        }

        return new LineageAnswer { Rows = rows.ToImmutable(), Next = next, AsOf = time, IsComplete = isComplete, HasGroups = true };
    }

    private static async ValueTask<LineageAnswer> SimilarAsync(
        WriteGraph graph, LineageQuery query, ImmutableArray<WriteId> of, LineageBounds bounds, HybridTimestamp time, CancellationToken cancellationToken)
    {
        var reach = await LineageWalk.RunAsync(graph, of, LineageDirection.Any, bounds, withLastEdges: true, cancellationToken).ConfigureAwait(false);
        var (pairs, isComplete) = SimilarPairs.Find(reach, graph, query.Similarity, Limits.LineagePairsMax, Limits.PageCountMax);
        return await GroupsAsync(
            graph, query, time, [.. pairs.Select(static pair => (ImmutableArray.Create(pair.First, pair.Second), (double?)pair.Similarity))], isComplete, cancellationToken)
            .ConfigureAwait(false);
    }

    // Page by page from agent to agent, so that any number of effects can be read.
    private async ValueTask<LineageAnswer> EffectsAsync(
        WriteGraph graph, ImmutableArray<AgentId> all, LineageQuery query, WriteId cause, HybridTimestamp time, CancellationToken cancellationToken)
    {
        var (at, inAgent) = ParseCursor(query.Cursor, all);
        var (sequence, ordinal) = ParseEffect(inAgent);
        var found = new List<WriteId>();
        string? next = null;
        for (; at < all.Length && next is null; at++, (sequence, ordinal) = (long.MaxValue, 0))
        {
            var digest = all[at].Digest;
            var effects = new LineageEffectQuery { Causes = [cause], AsOf = AsOf.At(time), Limit = query.Limit + 1 > Limits.PageCountMax ? Limits.PageCountMax : query.Limit + 1, BeforeSequence = sequence };
            var page = await agents.Get(all[at]).GetEffectsAsync(effects, cancellationToken).ConfigureAwait(false);
            foreach (var effect in page.Effects)
            {
                for (; ordinal < effect.WriteCount && next is null; ordinal++)
                {
                    if (found.Count == query.Limit)
                    {
                        next = FormattableString.Invariant($"{all[at]}|{effect.Sequence + 1}.{ordinal}");
                        break;
                    }

                    found.Add(new WriteId(digest, effect.Sequence, (ushort)ordinal));
                }

                ordinal = 0;
            }

            if (next is null && page.HasMore)
            {
                next = FormattableString.Invariant($"{all[at]}|{page.Effects[^1].Sequence}.0");
            }
        }

        var writes = await graph.DescribeAsync(found, cancellationToken).ConfigureAwait(false);
        return new LineageAnswer { Rows = [.. writes.Select(static write => new LineageRow([new LineageItem { Write = write }]))], Next = next, AsOf = time };
    }

    // The agent to go on in, and the place in it: agents that came later stand somewhere between and have nothing of the moment.
    private static (int At, string? InAgent) ParseCursor(string? cursor, ImmutableArray<AgentId> all)
    {
        if (cursor is null)
        {
            return (0, null);
        }

        var bar = cursor.IndexOf('|', StringComparison.Ordinal);
        var at = bar > 0 && AgentId.TryParse(cursor[..bar], out var agent) ? all.IndexOf(agent) : -1;
        return at >= 0 ? (at, cursor[(bar + 1)..]) : throw Refuse("cursor", "'cursor' is what a nextLink carries.");
    }

    private static (long Sequence, int Ordinal) ParseEffect(string? text)
    {
        if (text is null)
        {
            return (long.MaxValue, 0);
        }

        var dot = text.IndexOf('.', StringComparison.Ordinal);
        return dot > 0
            && long.TryParse(text.AsSpan(0, dot), NumberStyles.None, CultureInfo.InvariantCulture, out var sequence)
            && ushort.TryParse(text.AsSpan(dot + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var ordinal)
            ? (sequence, ordinal)
            : throw Refuse("cursor", "'cursor' is what a nextLink carries.");
    }
}
