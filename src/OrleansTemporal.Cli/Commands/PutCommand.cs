using System.CommandLine;
using OrleansTemporal.Rendering;

namespace OrleansTemporal.Commands;

/// <summary><c>otemporal put</c>: writes one document.</summary>
internal static class PutCommand
{
    public static Command Create(SessionStart start)
    {
        var ns = KeyArguments.Namespace();
        var key = KeyArguments.Key();
        var value = new Argument<string>("json")
        {
            Description = "JSON text, @file, or - for standard input (the default).",
            DefaultValueFactory = _ => "-",
        };
        var ttl = Moments.DurationOption("--ttl", "How long the value lives; none for ever, whatever the namespace's default is.", mayBeNone: true);
        var conditions = new WriteConditions();
        var command = new ExampleCommand(
            "put",
            "Write a JSON document; its earlier versions stay readable.",
            """otemporal put users ada '{"name":"Ada","age":36}'""",
            "otemporal put users ada @ada.json --if-absent",
            "otemporal put reports july @july.json --cause 2f1c9a0b000000000000002a0000",
            """otemporal put sessions s1 '{"user":"ada"}' --ttl 30m""",
            """echo '{"on":true}' | otemporal put devices lamp --data ./state""")
        {
            ns, key, value, ttl,
        };
        conditions.AddTo(command, withAbsent: true);
        start.Run(command, async (session, cancellationToken) =>
        {
            var options = conditions.Read(session) with { TimeToLive = session.Get(ttl) };
            var json = await ValueArgument.ReadAsync(session.Get(value), session.Terminal.Input, cancellationToken);
            var target = await session.OpenAsync(cancellationToken, mayCreate: true);
            var result = await target.PutAsync(session.Get(ns), session.Get(key), json, options, cancellationToken);
            Receipts.Write(session.Answers, result, session.Get(key), result.Outcomes[0].Created ? "created" : "updated");
            return ExitCodes.Ok;
        });
        return command;
    }
}
