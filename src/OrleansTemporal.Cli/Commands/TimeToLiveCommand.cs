using System.CommandLine;
using OrleansTemporal.Rendering;

namespace OrleansTemporal.Commands;

/// <summary><c>otemporal ttl</c>: how long a document still lives.</summary>
internal static class TimeToLiveCommand
{
    public static Command Create(SessionStart start)
    {
        var ns = KeyArguments.Namespace();
        var key = KeyArguments.Key();
        var command = new ExampleCommand(
            "ttl",
            "Print how long a document still lives, and when it ends.",
            "otemporal ttl sessions s1",
            "otemporal ttl sessions s1 --json")
        {
            ns, key,
        };
        start.Run(command, async (session, cancellationToken) =>
        {
            var target = await session.OpenAsync(cancellationToken);
            var version = await target.GetAsync(session.Get(ns), session.Get(key), default, cancellationToken);
            var now = await target.NowAsync(cancellationToken);
            var left = version.ExpiresAt is { } end ? Math.Max(0, end.Milliseconds - now.Milliseconds) : (long?)null;
            if (session.Answers.IsJson)
                session.Answers.WriteJson(json => JsonShapes.WriteTimeToLive(json, version, left));
            else
                session.Answers.WriteLine(left is { } milliseconds ? $"{Words.TimeLeft(TimeSpan.FromMilliseconds(milliseconds))}  until {version.ExpiresAt}" : "for ever");
            return ExitCodes.Ok;
        });
        return command;
    }
}
