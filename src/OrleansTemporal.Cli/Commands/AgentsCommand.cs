using System.CommandLine;
using OrleansTemporal.Causality;
using OrleansTemporal.Rendering;
using Spectre.Console;

namespace OrleansTemporal.Commands;

/// <summary><c>otemporal agents</c>: the owners of the workspace's logs.</summary>
internal static class AgentsCommand
{
    private const int RootExcerptLength = 16;

    public static Command Create(SessionStart start)
    {
        var kind = new Option<string?>("--kind") { Description = "Only agents of this kind, such as kv.", HelpName = "kind" };
        var command = new ExampleCommand("agents", "List the agents of the workspace with their place and root.", "otemporal agents --kind kv", "otemporal agents --json") { kind };
        start.Run(command, async (session, cancellationToken) =>
        {
            AgentKind? only = null;
            if (session.Get(kind) is { } name)
            {
                only = AgentKinds.TryParse(name, out var known)
                    ? known
                    : throw Advice.Refuse($"'{name}' is no kind of agent; kinds are {string.Join(", ", AgentKinds.All.Select(AgentKinds.ToName))}.");
            }

            var target = await session.OpenAsync(cancellationToken);
            var table = new Table().AddColumns("agent", "sequence", "root", "hot", "warm", "cold", "deep", "segments");
            await Limiting.ShowAsync(session, target.AgentsAsync(only, cancellationToken), 0, JsonShapes.WriteAgent, table, row =>
            [
                row.Agent.ToString(),
                Words.Count(row.Sequence),
                row.Root.ToString()[..RootExcerptLength] + "…",
                Words.Bytes(row.HotBytes),
                Words.Bytes(row.WarmBytes),
                Words.Bytes(row.ColdBytes),
                Words.Bytes(row.DeepBytes),
                Words.Count(row.SegmentCount),
            ]);
            return ExitCodes.Ok;
        });
        return command;
    }
}
