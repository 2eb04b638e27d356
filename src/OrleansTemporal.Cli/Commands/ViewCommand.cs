using System.CommandLine;
using OrleansTemporal.Rendering;
using Spectre.Console;

namespace OrleansTemporal.Commands;

/// <summary><c>otemporal view</c>: queries whose answers are kept.</summary>
internal static class ViewCommand
{
    public static Command Create(SessionStart start) => new ExampleCommand(
        "view",
        "Keep the answer of a query, and read it now or as of any moment.",
        "otemporal view put adults '{\"source\":\"kv/users\",\"query\":{\"filter\":{\"gte\":{\"field\":\"age\",\"value\":18}}}}'",
        "otemporal view put sales @sales.json",
        "otemporal view put byHost '{\"source\":\"series/cpu\",\"query\":{\"groupBy\":[\"tags.host\"],\"aggregate\":{\"max\":{\"max\":\"value\"}}}}'",
        "otemporal view rows sales --as-of 2026-01-02")
    {
        Put(start), List(start), Rows(start), Refresh(start), Delete(start),
    };

    private static Argument<string> View() => new("view") { Description = "Name of the view." };

    private static ExampleCommand Put(SessionStart start)
    {
        var view = View();
        var definition = new Argument<string>("definition") { Description = "A JSON object with source and query, @file, or - for standard input (the default).", DefaultValueFactory = static _ => "-" };
        var command = new ExampleCommand(
            "put",
            "Define a view over documents, over the points of a stream, or over another view.",
            "otemporal view put byCity '{\"source\":\"views/adults\",\"query\":{\"groupBy\":[\"city\"],\"aggregate\":{\"n\":{\"count\":\"*\"}}}}'")
        {
            view, definition,
        };
        start.Run(command, async (session, cancellationToken) =>
        {
            var json = await ValueArgument.ReadAsync(session.Get(definition)!, session.Terminal.Input, cancellationToken);
            var target = await session.OpenAsync(cancellationToken);
            var isNew = await target.Views.PutAsync(session.Get(view)!, json, cancellationToken);
            return Done(session, isNew ? "created" : "defined anew", session.Get(view)!);
        });
        return command;
    }

    private static ExampleCommand List(SessionStart start)
    {
        var command = new ExampleCommand("list", "List the views.", "otemporal view list --json");
        start.Run(command, async (session, cancellationToken) =>
        {
            var target = await session.OpenAsync(cancellationToken);
            var table = new Table().AddColumns("view", "source", "refresh").AddColumn("rows", static column => column.RightAligned());
            await foreach (var info in target.Views.ListAsync(cancellationToken))
            {
                if (session.Answers.IsJson)
                    session.Answers.WriteLine(info.GetRawText());
                else
                    table.AddRow(
                        Markup.Escape(info.GetProperty("name").GetString()!),
                        Markup.Escape(info.GetProperty("source").GetString()!),
                        info.GetProperty("refresh").GetString()!,
                        Words.Count(info.GetProperty("state").GetProperty("rows").GetInt64()));
            }

            if (!session.Answers.IsJson)
                session.Answers.WriteTable(table);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static ExampleCommand Rows(SessionStart start)
    {
        var view = View();
        var asOf = Moments.AsOfOption("--as-of", "The moment to answer for; now when left out.");
        var limit = Limiting.Option();
        var command = new ExampleCommand("rows", "Show the rows of a view.", "otemporal view rows adults --limit 20") { view, limit, asOf };
        start.Run(command, async (session, cancellationToken) =>
        {
            await ShowAsync(session, session.Get(view)!, Moments.ToText(session.Get(asOf)), session.Get(limit), cancellationToken);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static async Task ShowAsync(Session session, string view, string? asOf, long limit, CancellationToken cancellationToken)
    {
        var target = await session.OpenAsync(cancellationToken);
        var pages = await QueryPages.ShowAsync(session, selects: false, limit, (count, cursor) => target.Views.ReadAsync(view, asOf, count, cursor, cancellationToken));
        session.Answers.Notice($"{Words.Count(pages.Shown)} of {Words.Count(pages.Total ?? pages.Shown)} rows.");
    }

    private static ExampleCommand Refresh(SessionStart start)
    {
        var view = View();
        var command = new ExampleCommand("refresh", "Take in what is new of the source.", "otemporal view refresh sales") { view };
        start.Run(command, async (session, cancellationToken) =>
        {
            var target = await session.OpenAsync(cancellationToken);
            await target.Views.RefreshAsync(session.Get(view)!, cancellationToken);
            return Done(session, "refreshed", session.Get(view)!);
        });
        return command;
    }

    private static ExampleCommand Delete(SessionStart start)
    {
        var view = View();
        var command = new ExampleCommand("delete", "Remove a view; the documents that it is over stay.", "otemporal view delete sales") { view };
        start.Run(command, async (session, cancellationToken) =>
        {
            var target = await session.OpenAsync(cancellationToken);
            await target.Views.DeleteAsync(session.Get(view)!, cancellationToken);
            return Done(session, "deleted", session.Get(view)!);
        });
        return command;
    }

    private static int Done(Session session, string what, string view)
    {
        if (session.Answers.IsJson)
            session.Answers.WriteJson(json =>
            {
                json.WriteStartObject();
                json.WriteString("view", view);
                json.WriteString("outcome", what);
                json.WriteEndObject();
            });
        else
            session.Answers.WriteLine($"{what} {view}");
        return ExitCodes.Ok;
    }
}
