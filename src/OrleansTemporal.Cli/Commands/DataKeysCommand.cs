using System.CommandLine;
using OrleansTemporal.Encryption;
using OrleansTemporal.Rendering;
using OrleansTemporal.Targets;
using Spectre.Console;

namespace OrleansTemporal.Commands;

/// <summary><c>otemporal data-keys</c>: which there are, another one, and what is written under which.</summary>
internal static class DataKeysCommand
{
    public static Command Create(SessionStart start) => new ExampleCommand(
        "data-keys",
        "Encrypt values under data keys. Erasing what a data key covers destroys it, and with it the values in every copy of the files.",
        "otemporal data-keys use own people",
        "otemporal data-keys use each patients",
        "otemporal data-keys list",
        "otemporal data-keys rotate people")
    {
        List(start), Use(start), Rotate(start),
    };

    private static ExampleCommand List(SessionStart start)
    {
        var command = new ExampleCommand("list", "List the data keys that are not destroyed.", "otemporal data-keys list --json");
        start.Run(command, async (session, cancellationToken) =>
        {
            var target = await session.OpenAsync(cancellationToken);
            var table = new Table().AddColumns("covers", "number", "state", "made", "id");
            await Limiting.ShowAsync(session, target.DataKeysAsync(cancellationToken), 0, JsonShapes.WriteDataKey, table, static key =>
            [
                Covers(key.Scope), Words.Count(key.Number), JsonShapes.ToName(key.State), key.CreatedAt.ToString("yyyy-MM-dd HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture), key.Id.ToString(),
            ]);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static ExampleCommand Use(SessionStart start)
    {
        var policy = new Argument<string>("under") { Description = "own: a data key of what is named; each: one for each key of a namespace; none; inherit: as the namespace or workspace says" };
        policy.AcceptOnlyFromAmong("own", "each", "none", "inherit");
        var (ns, key) = Scope();
        var command = new ExampleCommand(
            "use",
            "Say under which data key values are written from now on. What is there already stays as it is.",
            "otemporal data-keys use own",
            "otemporal data-keys use each patients",
            "otemporal data-keys use own people ada")
        {
            policy, ns, key,
        };
        start.Run(command, async (session, cancellationToken) =>
        {
            var target = await session.OpenAsync(cancellationToken, mayCreate: true);
            var (name, one) = (session.Get(ns), session.Get(key));
            var chosen = DataKeyPolicies.Parse(session.Get(policy));
            if (chosen == DataKeyPolicy.Each && (name is null || one is not null))
                throw Advice.Refuse("'each' is for a namespace.");
            await target.UseDataKeyAsync(name, one, chosen, cancellationToken);
            if (session.Answers.IsJson)
                session.Answers.WriteJson(json => WriteUse(json, name, one, chosen));
            else
                session.Answers.WriteLine($"{(name is null ? "the workspace" : one is null ? name : $"{name}/{one}")}: {DataKeyPolicies.NameOf(chosen)}");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static ExampleCommand Rotate(SessionStart start)
    {
        var (ns, key) = Scope();
        var command = new ExampleCommand(
            "rotate",
            "Make another data key; what stands under the ones before stays readable.",
            "otemporal data-keys rotate",
            "otemporal data-keys rotate people")
        {
            ns, key,
        };
        start.Run(command, async (session, cancellationToken) =>
        {
            var target = await session.OpenAsync(cancellationToken);
            var made = await target.RotateDataKeyAsync(session.Get(ns), session.Get(key), cancellationToken);
            if (session.Answers.IsJson)
                session.Answers.WriteJson(json => JsonShapes.WriteDataKey(json, made));
            else
                session.Answers.WriteLine($"{Covers(made.Scope)}: number {made.Number}, {made.Id}");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static (Argument<string?> Namespace, Argument<string?> Key) Scope() => (
        new("namespace") { Description = "The namespace; without one, the workspace.", DefaultValueFactory = static _ => null },
        new("key") { Description = "One key of it.", DefaultValueFactory = static _ => null });

    private static string Covers(DataKeyScope scope) =>
        scope.Namespace is null ? "the workspace" : scope.Key is null ? scope.Namespace : $"{scope.Namespace}/{Words.Excerpt(scope.Key, 40)}";

    private static void WriteUse(System.Text.Json.Utf8JsonWriter json, string? ns, string? key, DataKeyPolicy policy)
    {
        json.WriteStartObject();
        if (ns is not null)
            json.WriteString("namespace", ns);
        if (key is not null)
            json.WriteString("key", key);
        json.WriteString("dataKey", DataKeyPolicies.NameOf(policy));
        json.WriteEndObject();
    }
}
