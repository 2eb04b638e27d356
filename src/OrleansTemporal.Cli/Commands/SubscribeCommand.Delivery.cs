using System.CommandLine;
using Spectre.Console;

namespace OrleansTemporal.Commands;

internal static partial class SubscribeCommand
{
    private static ExampleCommand Follow(SessionStart start)
    {
        var id = Id();
        var after = new Option<string?>("--after") { Description = "Go on behind this cursor; behind what is acknowledged when absent.", HelpName = "cursor" };
        var count = new Option<int>("--count") { Description = "End after so many deltas; 0 for never.", HelpName = "count" };
        var acknowledge = new Option<bool>("--ack") { Description = "Acknowledge what was printed." };
        var command = new ExampleCommand(
            "follow",
            "Print deltas as they come, one as JSON on each line.",
            "otemporal subscribe follow 5f0e8c2b9d3a4711",
            "otemporal subscribe follow 5f0e8c2b9d3a4711 --ack --count 100")
        {
            id, after, count, acknowledge,
        };
        start.Run(command, async (session, cancellationToken) =>
        {
            var target = await session.OpenAsync(cancellationToken);
            var printed = 0;
            await foreach (var delta in target.Subscriptions.FollowAsync(session.Get(id), session.Get(after), cancellationToken))
            {
                session.Answers.WriteJson(delta.WriteTo);
                if (session.Get(acknowledge))
                    await target.Subscriptions.MoveAsync(session.Get(id), "ack", Text(delta, "cursor"), cancellationToken);
                if (++printed == session.Get(count))
                    break;
            }

            return ExitCodes.Ok;
        });
        return command;
    }

    private static ExampleCommand Pull(SessionStart start)
    {
        var id = Id();
        var max = new Option<int>("--max") { Description = "Deltas at most.", DefaultValueFactory = static _ => Limits.PageCountDefault };
        var wait = Moments.DurationOption("--wait", "How long to wait while there is nothing, at most 1m.");
        var command = new ExampleCommand(
            "pull",
            "Print the next deltas, leased until they are acknowledged, and the cursor that acknowledges them.",
            "otemporal subscribe pull 5f0e8c2b9d3a4711 --max 10 --wait 30s")
        {
            id, max, wait,
        };
        start.Run(command, async (session, cancellationToken) =>
        {
            if (session.Get(max) is < 1 or > Limits.DeltaPageMax)
                throw Advice.Refuse($"--max is from 1 to {Limits.DeltaPageMax}.");

            var target = await session.OpenAsync(cancellationToken);
            var answer = await target.Subscriptions.PullAsync(session.Get(id), session.Get(max), session.Get(wait) ?? TimeSpan.Zero, cancellationToken);
            foreach (var delta in answer.GetProperty("value").EnumerateArray())
                session.Answers.WriteJson(delta.WriteTo);
            session.Answers.Notice($"{answer.GetProperty("value").GetArrayLength()} deltas; acknowledge them by cursor {Text(answer, "cursor")}; {Text(answer, "status")}.");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static ExampleCommand Move(SessionStart start, string verb, string summary, bool withCursor)
    {
        var id = Id();
        var cursor = new Argument<string>("cursor") { Description = "A cursor that came with a delta or a pull." };
        var command = new ExampleCommand(verb, summary, withCursor ? $"otemporal subscribe {verb} 5f0e8c2b9d3a4711 42" : $"otemporal subscribe {verb} 5f0e8c2b9d3a4711") { id };
        if (withCursor)
            command.Arguments.Add(cursor);
        start.Run(command, async (session, cancellationToken) =>
        {
            var target = await session.OpenAsync(cancellationToken);
            var state = await target.Subscriptions.MoveAsync(session.Get(id), verb, withCursor ? session.Get(cursor) : null, cancellationToken);
            if (session.Answers.IsJson)
                session.Answers.WriteJson(state.WriteTo);
            else
                session.Answers.WriteLine($"{Text(state, "status")}, acknowledged up to {Text(state, "cursor")}, {state.GetProperty("pending")} pending");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static ExampleCommand Dead(SessionStart start)
    {
        var id = Id();
        var limit = Limiting.Option();
        var command = new ExampleCommand("dead", "List the deltas that were handed out as often as they may be and never acknowledged.", "otemporal subscribe dead 5f0e8c2b9d3a4711") { id, limit };
        start.Run(command, async (session, cancellationToken) =>
        {
            var target = await session.OpenAsync(cancellationToken);
            await Limiting.ShowAsync(
                session,
                target.Subscriptions.DeadAsync(session.Get(id), cancellationToken),
                session.Get(limit),
                static (json, row) => row.WriteTo(json),
                new Table().AddColumns("cursor", "agent", "sequence", "kind", "tries", "since"),
                static row => [Text(row, "cursor"), Text(row, "agent"), row.GetProperty("sequence").ToString(), Text(row, "kind"), row.GetProperty("tries").ToString(), Text(row, "deadSince")]);
            return ExitCodes.Ok;
        });
        return command;
    }
}
