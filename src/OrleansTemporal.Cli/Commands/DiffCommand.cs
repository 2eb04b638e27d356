using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Json;
using OrleansTemporal.Kv;
using OrleansTemporal.Rendering;
using OrleansTemporal.Targets;

namespace OrleansTemporal.Commands;

/// <summary><c>otemporal diff</c>: what changed in a document between two moments.</summary>
internal static class DiffCommand
{
    private const int ExcerptLength = 100;
    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = Limits.JsonDepthMax + 1 };

    public static Command Create(SessionStart start)
    {
        var ns = KeyArguments.Namespace();
        var key = KeyArguments.Key();
        var from = Moments.AsOfOption("--from", "The moment before.");
        from.Required = true;
        var to = Moments.AsOfOption("--to", "The moment after; now when left out.");
        var command = new ExampleCommand(
            "diff",
            "Show what changed in a document between two moments, field by field (RFC 6902 paths).",
            "otemporal diff users ada --from 3 --to 17",
            "otemporal diff users ada --from 2026-01-01 --json")
        {
            ns, key, from, to,
        };
        start.Run(command, async (session, cancellationToken) =>
        {
            var target = await session.OpenAsync(cancellationToken);
            var before = await FindAsync(target, session.Get(ns), session.Get(key), session.Get(from), cancellationToken);
            var after = await FindAsync(target, session.Get(ns), session.Get(key), session.Get(to), cancellationToken);
            if (before is null && after is null)
                throw new TemporalException(ErrorKind.NotFound, ErrorCodes.KeyNotFound, $"'{session.Get(key)}' has a value at neither moment.");

            Write(session.Answers, Compare(before, after));
            return ExitCodes.Ok;
        });
        return command;
    }

    private static List<JsonChange> Compare(KvVersion? before, KvVersion? after) => (before, after) switch
    {
        (null, { } added) => [new JsonChange(JsonChange.Add, "", null, Parse(added))],
        ({ } removed, null) => [new JsonChange(JsonChange.Remove, "", Parse(removed), null)],
        ({ } old, { } present) => JsonDiff.Compare(Parse(old), Parse(present)),
        _ => [],
    };

    private static async Task<KvVersion?> FindAsync(ITarget target, string ns, string key, AsOf asOf, CancellationToken cancellationToken)
    {
        try
        {
            return await target.GetAsync(ns, key, asOf, cancellationToken);
        }
        catch (TemporalException error) when (error.Code is ErrorCodes.KeyNotFound or ErrorCodes.NoValueAt)
        {
            return null;
        }
    }

    private static JsonNode? Parse(KvVersion version) => JsonNode.Parse(version.Value.Span, null, Deep);

    private static void Write(Answers answers, List<JsonChange> changes)
    {
        if (answers.IsJson)
        {
            answers.WriteJson(json => WriteArray(json, changes));
            return;
        }

        foreach (var change in changes)
        {
            var path = change.Path.Length == 0 ? "(document)" : change.Path;
            answers.WriteLine(Words.Excerpt(path, Limits.KeyBytesMax) switch
            {
                var text when change.Operation == JsonChange.Add => $"+ {text}: {Text(change.Value)}",
                var text when change.Operation == JsonChange.Remove => $"- {text}: {Text(change.Was)}",
                var text => $"~ {text}: {Text(change.Was)} -> {Text(change.Value)}",
            });
        }

        if (changes.Count == 0)
            answers.WriteLine("no difference");
    }

    private static void WriteArray(Utf8JsonWriter json, List<JsonChange> changes)
    {
        json.WriteStartArray();
        foreach (var change in changes)
        {
            json.WriteStartObject();
            json.WriteString("op", change.Operation);
            json.WriteString("path", change.Path);
            if (change.Operation != JsonChange.Add)
                WriteNode(json, "was", change.Was);
            if (change.Operation != JsonChange.Remove)
                WriteNode(json, "value", change.Value);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteNode(Utf8JsonWriter json, string name, JsonNode? node)
    {
        json.WritePropertyName(name);
        if (node is null)
            json.WriteNullValue();
        else
            node.WriteTo(json);
    }

    private static string Text(JsonNode? node) =>
        Words.Excerpt(node is null ? "null" : Answers.ToJson(json => node.WriteTo(json)), ExcerptLength);
}
