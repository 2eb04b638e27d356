using System.CommandLine;
using OrleansTemporal.Lifecycle;
using OrleansTemporal.Rendering;
using Spectre.Console;

namespace OrleansTemporal.Commands;

/// <summary><c>otemporal genome</c>: the causal digest of a workspace.</summary>
internal static class GenomeCommand
{
    public static Command Create(SessionStart start)
    {
        var command = new ExampleCommand(
            "genome",
            "Show a digest of every agent: where its chain begins and stands, and where its data is. It proves a copy; it is none.",
            "otemporal genome",
            "otemporal genome --json > genome.json");
        start.Run(command, async (session, cancellationToken) =>
        {
            var target = await session.OpenAsync(cancellationToken);
            Write(session.Answers, await target.GenomeAsync(cancellationToken));
            return ExitCodes.Ok;
        });
        return command;
    }

    private static void Write(Answers answers, WorkspaceGenome genome)
    {
        if (answers.IsJson)
        {
            answers.WriteJson(json =>
            {
                json.WriteStartObject();
                json.WriteString("workspace", genome.Workspace);
                json.WriteString("systemTime", genome.SystemTime.ToString());
                json.WriteString("digest", genome.Digest?.ToString());
                json.WriteStartArray("agents");
                foreach (var agent in genome.Agents)
                {
                    json.WriteStartObject();
                    json.WriteString("agent", agent.Agent.ToString());
                    json.WriteString("genesisRoot", agent.GenesisRoot.ToString());
                    json.WriteNumber("sequence", agent.Sequence);
                    json.WriteString("root", agent.Root.ToString());
                    json.WriteString("systemTime", agent.SystemTime.ToString());
                    json.WriteNumber("floorSequence", agent.FloorSequence);
                    json.WriteNumber("sealedThrough", agent.SealedThrough);
                    json.WriteString("sealedRoot", agent.SealedRoot.ToString());
                    json.WriteNumber("segmentCount", agent.SegmentCount);
                    json.WriteNumber("segmentBytes", agent.SegmentBytes);
                    json.WriteString("manifest", agent.ManifestPath);
                    json.WriteNumber("manifestVersion", agent.ManifestVersion);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
                json.WriteEndObject();
            });
            return;
        }

        var table = new Table().AddColumn("agent").AddColumn("deltas", column => column.RightAligned()).AddColumn("root").AddColumn("sealed", column => column.RightAligned());
        foreach (var agent in genome.Agents)
            table.AddRow(new Text(agent.Agent.ToString()), new Text(Words.Count(agent.Sequence)), new Text(agent.Root.ToString()), new Text(Words.Bytes(agent.SegmentBytes)));
        answers.WriteTable(table);
        answers.WriteLine($"digest {genome.Digest?.ToString() ?? "none"}");
    }
}
