using System.Collections.Immutable;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Lineage;

namespace OrleansTemporal.Agents.Tests.Lineage;

internal sealed partial class LineageModelRun
{
    private async Task CheckWritesAsync()
    {
        if (model.Writes.Count == 0)
        {
            return;
        }

        var (asOf, time) = Moment();
        var there = model.At(time).ToArray();
        var of = Enumerable.Range(0, random.Next(1, 3)).Select(_ => there[random.Next(there.Length)].Id).Distinct().ToArray();
        var query = new LineageQuery { Ask = LineageAsk.Ancestors, Of = [.. of.Select(static id => id.ToString())], AsOf = asOf, Depth = random.Next(3) == 0 ? random.Next(1, 4) : null };
        var depth = query.Depth ?? int.MaxValue;
        var ancestors = LineageModel.Distances(of, model.CausesOf, depth);
        var descendants = LineageModel.Distances(of, id => model.EffectsOf(id, time), depth);

        Assert.Equal(Nearest(ancestors), Distances((await AskAsync(query)).Rows));
        Assert.Equal(Nearest(descendants), Distances((await AskAsync(query with { Ask = LineageAsk.Descendants })).Rows));
        Assert.Equal(
            model.InOrder(descendants.Keys.Where(id => !model.EffectsOf(id, time).Overlaps(descendants.Keys))),
            Ids((await AskAsync(query with { Ask = LineageAsk.Frontier })).Rows));
        Assert.Equal(
            model.InOrder(ancestors.Keys.Where(id => !model.CausesOf(id).Overlaps(ancestors.Keys))),
            Ids((await AskAsync(query with { Ask = LineageAsk.Roots })).Rows));

        // Causes are always earlier, so the deterministic topological order is the order of writes itself.
        Assert.Equal(model.InOrder(ancestors.Keys), Ids((await AskAsync(query with { Ask = LineageAsk.Order })).Rows));
        var effects = (await AskAsync(query with { Ask = LineageAsk.Effects, Of = [of[0].ToString()] })).Rows;
        Assert.Equal(model.EffectsOf(of[0], time).Order(ById), Ids(effects).Order(ById));
        Assert.Equal(effects.Count, Ids(effects).Distinct().Count());
        await CheckPairAsync(query, there[random.Next(there.Length)].Id, there[random.Next(there.Length)].Id, time);
        await CheckAroundAsync(query, of, time);
        await CheckLaterAsync(query, time);
    }

    private async Task CheckPairAsync(LineageQuery query, WriteId left, WriteId right, HybridTimestamp time)
    {
        query = query with { Of = [left.ToString()], With = [right.ToString()], Depth = null };
        var common = LineageModel.Distances([left], model.CausesOf).Keys.Intersect(LineageModel.Distances([right], model.CausesOf).Keys).ToArray();
        var nearest = common.Where(id => !common.Any(other => other != id && LineageModel.Distances([other], model.CausesOf).ContainsKey(id)));
        Assert.Equal(model.InOrder(nearest).Reverse(), Ids((await AskAsync(query with { Ask = LineageAsk.CommonAncestor })).Rows));
        foreach (var direction in Enum.GetValues<LineageDirection>())
        {
            var distances = LineageModel.Distances([left], id => Neighbours(id, direction, time));
            var (rows, answer) = await AskAsync(query with { Ask = LineageAsk.Path, Direction = direction });
            Assert.Equal(distances.TryGetValue(right, out var distance) ? distance + 1 : 0, rows.Count);
            Assert.Equal(rows.Count > 0, answer.IsConnected);
            var path = Ids(rows).ToArray();
            Assert.All(path.Zip(path.Skip(1)), edge => Assert.Contains(edge.Second, Neighbours(edge.First, direction, time)));
            Assert.Equal(answer.IsConnected, (await AskAsync(query with { Ask = LineageAsk.Connected, Direction = direction })).Last.IsConnected);
        }
    }

    private async Task CheckAroundAsync(LineageQuery query, WriteId[] of, HybridTimestamp time)
    {
        query = query with { Depth = random.Next(1, 3) };
        var around = LineageModel.Distances(of, id => Neighbours(id, LineageDirection.Any, time), query.Depth!.Value).Keys.ToHashSet();
        var degrees = model.InOrder(around).Select(id => (Id: id, Degree: (long)Neighbours(id, LineageDirection.Any, time).Count(around.Contains))).OrderByDescending(static row => row.Degree);
        var connected = (await AskAsync(query with { Ask = LineageAsk.MostConnected })).Rows;
        Assert.Equal(degrees, connected.Select(static row => (row.Items[0].Write!.WriteId, row.Items[0].Count!.Value)));
        foreach (var pair in (await AskAsync(query with { Ask = LineageAsk.SimilarUnconnected, Similarity = 0.2 })).Rows)
        {
            var (left, right) = (pair.Items[0].Write!.WriteId, pair.Items[1].Write!.WriteId);
            Assert.DoesNotContain(right, Neighbours(left, LineageDirection.Any, time));
            var (a, b) = (Neighbours(left, LineageDirection.Any, time).Where(around.Contains).ToArray(), Neighbours(right, LineageDirection.Any, time).Where(around.Contains).ToArray());
            Assert.Equal((double)a.Intersect(b).Count() / a.Union(b).Count(), pair.Similarity!.Value, 12);
        }

        var walks = (await AskAsync(query with { Ask = LineageAsk.RandomWalks, Walks = 3, Steps = 4, Seed = (ulong)random.Next() })).Rows;
        Assert.All(walks.SelectMany(static walk => walk.Items.Zip(walk.Items.Skip(1))), edge => Assert.Contains(edge.Second.Write!.WriteId, Neighbours(edge.First.Write!.WriteId, LineageDirection.Any, time)));
    }

    // What came later did not exist then.
    private async Task CheckLaterAsync(LineageQuery query, HybridTimestamp time)
    {
        if (model.Writes.FirstOrDefault(write => write.Time > time) is { } later)
        {
            var refusal = await Assert.ThrowsAsync<TemporalException>(() => AskAsync(query with { Of = [later.Id.ToString()] }));
            Assert.Equal(ErrorCodes.WriteNotFound, refusal.Code);
            Assert.Contains(later.Id.ToString(), refusal.Message, StringComparison.Ordinal);
        }
    }

    private async Task CheckDocumentsAsync()
    {
        if (model.Writes.Count == 0)
        {
            return;
        }

        var (asOf, time) = Moment();
        var live = model.LiveAt(time);
        var target = $"{Namespaces[random.Next(3)]}/{Key()}";
        var query = new LineageQuery { Ask = LineageAsk.Referrers, Of = [target], AsOf = asOf };
        var referrers = live.Values.Where(write => write.References!.Contains(target)).Select(static write => (write.Document, write.Id));
        Assert.Equal(referrers.OrderBy(static row => row.Document), (await AskAsync(query)).Rows.Select(static row => (row.Items[0].Document!, row.Items[0].WriteId)).OrderBy(static row => row.Item1));

        var counts = live.Values.SelectMany(static write => write.References!).GroupBy(static text => text).Select(static group => (group.Key, Count: (long)group.Count()))
            .OrderByDescending(static row => row.Count).ThenBy(static row => row.Key, StringComparer.Ordinal);
        Assert.Equal(counts, (await AskAsync(query with { Ask = LineageAsk.MostReferenced, Of = [] })).Rows.Select(static row => (row.Items[0].Document!, row.Items[0].Count!.Value)));
        if (!live.TryGetValue(target, out var begin))
        {
            var refusal = await Assert.ThrowsAsync<TemporalException>(() => AskAsync(query with { Ask = LineageAsk.Reachable }));
            Assert.Equal(ErrorCodes.KeyNotFound, refusal.Code);
            return;
        }

        var reachable = LineageModel.Distances([target], document => live.TryGetValue(document, out var write) ? write.References! : []);
        Assert.Equal(
            begin.References!.Order(StringComparer.Ordinal).Select(text => (text, live.ContainsKey(text))),
            (await AskAsync(query with { Ask = LineageAsk.References })).Rows.Select(static row => (row.Items[0].Document!, row.Items[0].Exists)));
        Assert.Equal(
            reachable.Where(static pair => pair.Value > 0).OrderBy(static pair => pair.Value).ThenBy(static pair => pair.Key, StringComparer.Ordinal).Select(pair => (pair.Key, pair.Value, live.ContainsKey(pair.Key))),
            (await AskAsync(query with { Ask = LineageAsk.Reachable })).Rows.Select(static row => (row.Items[0].Document!, row.Items[0].Distance!.Value, row.Items[0].Exists)));
        var ns = Namespaces[random.Next(3)];
        Assert.Equal(
            live.Keys.Where(document => document.StartsWith($"{ns}/", StringComparison.Ordinal) && !reachable.ContainsKey(document)).Order(StringComparer.Ordinal),
            (await AskAsync(query with { Ask = LineageAsk.Unreachable, Namespace = ns })).Rows.Select(static row => row.Items[0].Document!));
        var other = live.Keys.ElementAt(random.Next(live.Count));
        var (path, answer) = await AskAsync(query with { Ask = LineageAsk.Path, With = [other], Direction = LineageDirection.Causes });
        Assert.Equal(reachable.TryGetValue(other, out var distance) ? distance + 1 : 0, path.Count);
        Assert.Equal(path.Count > 0, answer.IsConnected);
        var around = LineageModel.Distances([target], document => (live.TryGetValue(document, out var write) ? write.References! : []).Concat(live.Values.Where(from => from.References!.Contains(document)).Select(static from => from.Document)));
        Assert.Equal(around.ContainsKey(other), (await AskAsync(query with { Ask = LineageAsk.Connected, With = [other] })).Last.IsConnected);
    }

    private static Comparer<WriteId> ById { get; } = Comparer<WriteId>.Create(static (left, right) => string.CompareOrdinal(left.ToString(), right.ToString()));

    private IEnumerable<WriteId> Neighbours(WriteId id, LineageDirection direction, HybridTimestamp time) =>
        ((direction & LineageDirection.Causes) != 0 ? model.CausesOf(id) : []).Concat((direction & LineageDirection.Effects) != 0 ? model.EffectsOf(id, time) : []);

    private IEnumerable<(WriteId, int?)> Nearest(Dictionary<WriteId, int> distances) => distances.Where(static pair => pair.Value > 0)
        .GroupBy(static pair => pair.Value, static pair => pair.Key)
        .OrderBy(static group => group.Key)
        .SelectMany(group => model.InOrder(group).Select(id => (id, (int?)group.Key)));

    private IEnumerable<(WriteId, int?)> Distances(List<LineageRow> rows) => Ids(rows).Zip(rows, static (id, row) => (id, row.Items[0].Distance));

    // Each row says of its write what the model says.
    private IEnumerable<WriteId> Ids(List<LineageRow> rows)
    {
        foreach (var write in rows.Select(static row => row.Items.Single().Write!))
        {
            var expected = model.Find(write.WriteId);
            Assert.Equal((expected.Document, expected.Time, expected.References is null), ($"{write.Namespace}/{write.Key}", write.SystemTime, write.IsDeleted));
            Assert.Equal(expected.Causes.Order(ById), write.Causes.Order(ById));
            Assert.False(write.IsErased);
            yield return write.WriteId;
        }
    }
}
