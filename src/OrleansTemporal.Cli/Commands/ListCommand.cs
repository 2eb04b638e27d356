using System.CommandLine;
using OrleansTemporal.Rendering;
using Spectre.Console;

namespace OrleansTemporal.Commands;

/// <summary><c>otemporal list</c>: keys of a namespace, or the namespaces.</summary>
internal static class ListCommand
{
    public static Command Create(SessionStart start)
    {
        var ns = new Argument<string?>("namespace") { Description = "The namespace; without it, namespaces are listed.", DefaultValueFactory = _ => null };
        var prefix = new Option<string>("--prefix") { Description = "Only keys that start with this.", HelpName = "text", DefaultValueFactory = _ => "" };
        var asOf = Moments.AsOfOption("--as-of", "Keys that had a value then.");
        var limit = Limiting.Option();
        var command = new ExampleCommand(
            "list",
            "List the keys of a namespace in order, or the namespaces.",
            "otemporal list",
            "otemporal list users --prefix a --limit 20",
            "otemporal list users --as-of 2026-01-02T03:04:05Z --json")
        {
            ns, prefix, asOf, limit,
        };
        start.Run(command, async (session, cancellationToken) =>
        {
            var target = await session.OpenAsync(cancellationToken);
            if (session.Get(ns) is not { } name)
            {
                var namespaces = new Table().AddColumn("namespace").AddColumn("keys", RightAligned).AddColumn("versions", RightAligned).AddColumn("size", RightAligned);
                await Limiting.ShowAsync(session, target.NamespacesAsync(cancellationToken), session.Get(limit), JsonShapes.WriteNamespace, namespaces, info =>
                    [info.Name, Words.Count(info.LiveKeyCount), Words.Count(info.VersionCount), Words.Bytes(info.ValueBytes)]);
                return ExitCodes.Ok;
            }

            var table = new Table().AddColumns("key", "system time", "write");
            var keys = target.ListAsync(name, session.Get(prefix)!, session.Get(asOf), withValues: false, Limiting.Probe(session.Get(limit)), cancellationToken);
            await Limiting.ShowAsync(session, keys, session.Get(limit), JsonShapes.WriteEntry, table, entry =>
                [Words.Excerpt(entry.Key, Limits.KeyBytesMax), entry.SystemTime.ToString(), entry.WriteId.ToString()]);
            return ExitCodes.Ok;
        });
        return command;

        static void RightAligned(TableColumn column) => column.RightAligned();
    }
}
