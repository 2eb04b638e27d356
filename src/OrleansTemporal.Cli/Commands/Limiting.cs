using System.CommandLine;
using System.Text.Json;
using Spectre.Console;

namespace OrleansTemporal.Commands;

/// <summary>Lists that end after a number of rows, and say so when there is more.</summary>
internal static class Limiting
{
    public static Option<long> Option() => new("--limit")
    {
        Description = "Rows at most; 0 for all.",
        HelpName = "rows",
        DefaultValueFactory = _ => Limits.PageCountDefault,
        Validators =
        {
            result =>
            {
                if (result.Tokens.Count > 0 && long.TryParse(result.Tokens[0].Value, out var rows) && rows < 0)
                    result.AddError("--limit is 0 or more.");
            },
        },
    };

    /// <summary>Rows to ask for, so that one can tell whether there are more.</summary>
    public static long Probe(long limit) => limit == 0 ? long.MaxValue : limit + 1;

    /// <summary>Shows rows as a table, or each as JSON on its line; answers how many were shown.</summary>
    public static async Task<long> ShowAsync<T>(
        Session session, IAsyncEnumerable<T> rows, long limit, Action<Utf8JsonWriter, T> writeJson, Table table, Func<T, string[]> cells)
    {
        var count = 0L;
        var hasMore = false;
        await foreach (var row in rows)
        {
            if (limit > 0 && count == limit)
            {
                hasMore = true;
                break;
            }

            count++;
            if (session.Answers.IsJson)
                session.Answers.WriteJson(json => writeJson(json, row));
            else
                table.AddRow([.. cells(row).Select(cell => new Text(cell))]);
        }

        if (!session.Answers.IsJson)
            session.Answers.WriteTable(table);
        if (hasMore)
            session.Answers.Notice($"there is more than these {count}; --limit 0 shows all.");
        return count;
    }
}
