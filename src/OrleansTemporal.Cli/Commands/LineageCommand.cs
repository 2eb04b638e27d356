using System.CommandLine;
using OrleansTemporal.Lineage;
using OrleansTemporal.Rendering;
using OrleansTemporal.Targets;
using Spectre.Console;

namespace OrleansTemporal.Commands;

/// <summary><c>otemporal lineage</c>: what follows from what.</summary>
internal static class LineageCommand
{
    public static Command Create(SessionStart start)
    {
        var ask = new Argument<string>("ask") { Description = $"One of {string.Join(", ", LineageAsks.Names)}." };
        ask.AcceptOnlyFromAmong([.. LineageAsks.Names]);
        var of = new Argument<string[]>("of") { Description = "Write ids, or documents as namespace/key.", Arity = ArgumentArity.ZeroOrMore, DefaultValueFactory = _ => [] };
        var with = new Option<string[]>("--with") { Description = "The other end of a path, the others of a common ancestor.", HelpName = "writeId|document" };
        var depth = new Option<int?>("--depth") { Description = "Edges from the start at most.", HelpName = "edges" };
        var direction = new Option<LineageDirection>("--direction") { Description = "Edges that a path may take.", DefaultValueFactory = _ => LineageDirection.Any };
        var ns = new Option<string?>("--namespace", "-n") { Description = "Where unreachable documents are looked for; what mostReferenced counts." };
        var asOf = Moments.AsOfOption("--as-of", "Answer as the service knew it then.");
        var similarity = new Option<double>("--similarity") { Description = "Least similarity of a pair, above 0 and at most 1.", DefaultValueFactory = _ => 0.5 };
        var walks = new Option<int>("--walks") { Description = "How many random walks.", DefaultValueFactory = _ => 10 };
        var steps = new Option<int>("--steps") { Description = "Edges of a random walk.", DefaultValueFactory = _ => 10 };
        var seed = new Option<ulong>("--seed") { Description = "What random walks are drawn from." };
        var limit = Limiting.Option();
        var command = new ExampleCommand(
            "lineage",
            "Show what follows from what: causes and effects of writes, references between documents.",
            "otemporal lineage ancestors 2f1c9a0b000000000000002a0000 --depth 3",
            "otemporal lineage path 2f1c9a0b000000000000002a0000 --with 2f1c9a0b00000000000000010000",
            "otemporal lineage referrers directors/nolan",
            "otemporal lineage unreachable index/main --namespace movies --json")
        {
            ask, of, with, depth, direction, ns, asOf, similarity, walks, steps, seed, limit,
        };
        start.Run(command, async (session, cancellationToken) =>
        {
            var query = new LineageQuery
            {
                Ask = LineageAsks.TryParse(session.Get(ask), out var asked) ? asked : default,
                Of = [.. session.Get(of) ?? []],
                With = [.. session.Get(with) ?? []],
                Depth = session.Get(depth),
                Direction = session.Get(direction),
                Namespace = session.Get(ns),
                AsOf = session.Get(asOf),
                Similarity = session.Get(similarity),
                Walks = session.Get(walks),
                Steps = session.Get(steps),
                Seed = session.Get(seed),
            };
            var target = await session.OpenAsync(cancellationToken);
            var pages = new LineagePages(target, query, Limiting.Probe(session.Get(limit)));
            var table = new Table().AddColumns("document", "write", "system time", "distance", "count");
            await Limiting.ShowAsync(session, pages.RowsAsync(cancellationToken), session.Get(limit), LineageShapes.WriteRow, table, LineageShapes.Cells);
            if (pages.IsConnected is { } connected)
                Say(session, query.Ask, connected);
            if (!pages.IsComplete)
                session.Answers.Notice("a limit left out nodes that belong to the answer; ask with a smaller --depth.");
            return pages.IsConnected == false ? ExitCodes.NotFound : ExitCodes.Ok;
        });
        return command;
    }

    // A program reads of a path from its rows, and only of the question whether there is one that there is one.
    private static void Say(Session session, LineageAsk ask, bool connected)
    {
        if (!session.Answers.IsJson)
            session.Answers.WriteLine(connected ? "connected" : "not connected");
        else if (ask == LineageAsk.Connected)
            session.Answers.WriteJson(json =>
            {
                json.WriteStartObject();
                json.WriteBoolean("connected", connected);
                json.WriteEndObject();
            });
    }
}
