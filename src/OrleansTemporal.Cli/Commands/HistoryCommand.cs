using System.CommandLine;
using OrleansTemporal.Kv;
using OrleansTemporal.Rendering;
using Spectre.Console;

namespace OrleansTemporal.Commands;

/// <summary><c>otemporal history</c>: every version of one document.</summary>
internal static class HistoryCommand
{
    private const int ExcerptLength = 80;

    public static Command Create(SessionStart start)
    {
        var ns = KeyArguments.Namespace();
        var key = KeyArguments.Key();
        var limit = Limiting.Option();
        var descending = new Option<bool>("--desc") { Description = "Newest first." };
        var from = Moments.InstantOption("--from", "Versions since this moment, inclusive.");
        var to = Moments.InstantOption("--to", "Versions before this moment.");
        var (where, filter) = Conditions.Options();
        var command = new ExampleCommand(
            "history",
            "List the versions of a document, deletions included.",
            "otemporal history users ada --desc --limit 5",
            "otemporal history users ada --from 2026-01-01 --to 2026-02-01 --json",
            "otemporal history movies 1 --where 'IMDB Rating<7'")
        {
            ns, key, where, filter, limit, descending, from, to,
        };
        start.Run(command, async (session, cancellationToken) =>
        {
            var target = await session.OpenAsync(cancellationToken);
            var query = new KvHistoryQuery
            {
                Key = session.Get(key),
                Ascending = !session.Get(descending),
                From = session.Get(from),
                To = session.Get(to),
            };
            var table = new Table().AddColumns("sequence", "system time", "bytes", "value");
            var versions = target.HistoryAsync(session.Get(ns), query, Conditions.AllAsText(session.Get(filter), session.Get(where) ?? []), Limiting.Probe(session.Get(limit)), cancellationToken);
            await Limiting.ShowAsync(session, versions, session.Get(limit), JsonShapes.WriteVersion, table, version => [
                Words.Count(version.Sequence),
                version.SystemTime.ToString(),
                version.IsDeleted || version.IsErased ? "" : Words.Count(version.Value.Length),
                version.IsErased ? "(erased)" : version.IsDeleted ? "(deleted)" : Documents.Excerpt(version.Value, ExcerptLength)]);
            return ExitCodes.Ok;
        });
        return command;
    }
}
