using System.CommandLine;
using OrleansTemporal.Kv;
using OrleansTemporal.Rendering;

namespace OrleansTemporal.Commands;

/// <summary><c>otemporal erase</c>: forgets documents for good.</summary>
internal static class EraseCommand
{
    public static Command Create(SessionStart start)
    {
        var ns = KeyArguments.Namespace();
        var key = new Argument<string?>("key") { Description = "The key; without it, --prefix or --all says what is erased.", DefaultValueFactory = _ => null };
        var prefix = new Option<string?>("--prefix") { Description = "Every key that starts with this.", HelpName = "text" };
        var all = new Option<bool>("--all") { Description = "Every key of the namespace." };
        var reason = new Option<string>("--reason") { Description = "Why; it stays in the log, so it must not repeat what is erased.", HelpName = "text", DefaultValueFactory = _ => "" };
        var command = new ExampleCommand(
            "erase",
            "Erase documents for good: every version, in every file. This can't be undone.",
            "otemporal erase users ada --reason \"asked to on 3 May\"",
            "otemporal erase users --prefix test/",
            "otemporal erase users --all")
        {
            ns, key, prefix, all, reason,
        };
        command.Validators.Add(result =>
        {
            var named = (result.GetValue(key) is null ? 0 : 1) + (result.GetValue(prefix) is null ? 0 : 1) + (result.GetValue(all) ? 1 : 0);
            if (named != 1)
                result.AddError("Name what to erase: a key, --prefix or --all, and only one of them.");
        });
        start.Run(command, async (session, cancellationToken) =>
        {
            var name = session.Get(ns);
            var scope = session.Get(key) is { } one ? KvErasureScope.OfKey(name, one)
                : session.Get(prefix) is { } start ? KvErasureScope.OfPrefix(name, start)
                : KvErasureScope.OfNamespace(name);
            var target = await session.OpenAsync(cancellationToken);
            var result = await target.EraseAsync(scope with { Reason = session.Get(reason)! }, cancellationToken);
            if (session.Answers.IsJson)
                session.Answers.WriteJson(json => JsonShapes.WriteErasure(json, result));
            else
                session.Answers.WriteLine($"erased {Words.Count(result.VersionCount)} versions of {Words.Count(result.KeyCount)} keys; nothing of them is on disk any more");
            return ExitCodes.Ok;
        });
        return command;
    }
}
