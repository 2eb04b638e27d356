using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using OrleansTemporal.Causality;
using OrleansTemporal.Rendering;

namespace OrleansTemporal.Commands;

/// <summary><c>otemporal query</c>: documents that pass a filter, or what they come to in groups.</summary>
internal static class QueryCommand
{
    public static Command Create(SessionStart start)
    {
        var ns = KeyArguments.Namespace();
        var (where, filter) = Conditions.Options();
        var select = Many("--select", "Fields to show, with commas between them.", "paths");
        var sort = Many("--sort", "Fields to order by, with commas between them; a minus in front means greatest first.", "paths");
        var groupBy = Many("--group-by", "Fields to group by, with commas between them.", "paths");
        var aggregate = Many("--aggregate", "count, count(field), sum(field), avg, min, max or distinct, with name= in front to name the column.", "function");
        var prefix = new Option<string?>("--prefix") { Description = "Only keys that start with this.", HelpName = "text" };
        var skip = new Option<int>("--skip") { Description = "Rows to leave out.", HelpName = "rows" };
        var asOf = Moments.AsOfOption("--as-of", "The moment to answer for; now when left out.");
        var limit = Limiting.Option();
        var command = new ExampleCommand(
            "query",
            "Find documents by their fields, sort them, or sum them up in groups.",
            "otemporal query movies --where 'IMDB Rating>=8.5' --sort '-IMDB Rating' --select 'Title,IMDB Rating'",
            "otemporal query movies --group-by 'Major Genre' --aggregate 'films=count' --aggregate 'avg(IMDB Rating)' --sort -films",
            "otemporal query users --filter '{\"or\":[{\"exists\":\"email\"},{\"eq\":{\"field\":\"age\",\"value\":36}}]}' --as-of 2026-01-02 --json")
        {
            ns, where, filter, select, sort, groupBy, aggregate, prefix, skip, limit, asOf,
        };
        start.Run(command, async (session, cancellationToken) =>
        {
            var query = new JsonObject();
            Add(query, "filter", Conditions.All(session.Get(filter), session.Get(where) ?? []));
            Add(query, "prefix", session.Get(prefix));
            Add(query, "select", Paths(session.Get(select)));
            Add(query, "sort", Sorts(session.Get(sort)));
            Add(query, "groupBy", Paths(session.Get(groupBy)));
            Add(query, "aggregate", Aggregates.Parse(session.Get(aggregate) ?? []));
            Add(query, "asOf", Moments.ToText(session.Get(asOf)));
            query["skip"] = session.Get(skip);
            await ShowAsync(session, session.Get(ns), query, session.Get(limit), cancellationToken);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static async Task ShowAsync(Session session, string ns, JsonObject query, long limit, CancellationToken cancellationToken)
    {
        var target = await session.OpenAsync(cancellationToken);
        var pages = await QueryPages.ShowAsync(session, query.ContainsKey("select"), limit, (count, cursor) =>
        {
            query["limit"] = count;
            return target.QueryAsync(ns, Encoding.UTF8.GetBytes(query.ToJsonString(Conditions.Relaxed)), cursor, cancellationToken);
        });
        var total = pages.Total is { } known ? Words.Count(known) : "more";
        session.Answers.Notice($"{Words.Count(pages.Shown)} of {total} rows; looked at {Words.Count(pages.KeyCount)} keys, {Words.Bytes(pages.ByteCount)}.");
    }

    private static Option<string[]> Many(string name, string description, string helpName) =>
        new(name) { Description = description, HelpName = helpName, AllowMultipleArgumentsPerToken = false };

    private static void Add(JsonObject query, string name, JsonNode? value)
    {
        if (value is not null)
            query[name] = value;
    }

    private static JsonArray? Paths(string[]? lists) => lists is { Length: > 0 } ? new JsonArray([.. Split(lists).Select(static path => (JsonNode)path)]) : null;

    private static JsonArray? Sorts(string[]? lists) => lists is { Length: > 0 }
        ? new JsonArray([.. Split(lists).Select(static path => new JsonObject { ["field"] = path.TrimStart('-'), ["descending"] = path.StartsWith('-') })])
        : null;

    private static IEnumerable<string> Split(string[] lists) =>
        lists.SelectMany(static list => list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
}
