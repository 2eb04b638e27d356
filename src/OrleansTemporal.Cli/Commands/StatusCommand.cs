using System.CommandLine;
using OrleansTemporal.Causality;
using OrleansTemporal.Rendering;
using Spectre.Console;

namespace OrleansTemporal.Commands;

/// <summary><c>otemporal status</c>: whether the target is ready, and what is in it.</summary>
internal static class StatusCommand
{
    public static Command Create(SessionStart start)
    {
        var command = new ExampleCommand(
            "status",
            "Say whether the target is ready and what the workspace holds. Exit code 4 when it is not ready.",
            "otemporal status",
            "otemporal status --url http://127.0.0.1:5080 --json");
        start.Run(command, async (session, cancellationToken) =>
        {
            var target = await session.OpenAsync(cancellationToken);
            var isReady = await target.IsReadyAsync(cancellationToken);
            long namespaces = 0, keys = 0, versions = 0, bytes = 0, agents = 0;
            var now = HybridTimestamp.Zero;
            if (isReady)
            {
                await foreach (var info in target.NamespacesAsync(cancellationToken))
                {
                    namespaces++;
                    keys += info.LiveKeyCount;
                    versions += info.VersionCount;
                    bytes += info.ValueBytes;
                }

                await foreach (var agent in target.AgentsAsync(null, cancellationToken))
                    agents++;
                now = await target.NowAsync(cancellationToken);
            }

            if (session.Answers.IsJson)
            {
                session.Answers.WriteJson(json =>
                {
                    json.WriteStartObject();
                    json.WriteString("target", target.Address);
                    json.WriteString("workspace", session.Workspace);
                    json.WriteBoolean("ready", isReady);
                    json.WriteString("systemTime", now.ToString());
                    json.WriteNumber("namespaces", namespaces);
                    json.WriteNumber("keys", keys);
                    json.WriteNumber("versions", versions);
                    json.WriteNumber("bytes", bytes);
                    json.WriteNumber("agents", agents);
                    json.WriteEndObject();
                });
            }
            else
            {
                var table = new Table().HideHeaders().AddColumns("", "");
                Row("target", target.Address);
                Row("workspace", session.Workspace);
                Row("ready", isReady ? "yes" : "no");
                if (isReady)
                {
                    Row("system time", now.ToString());
                    Row("namespaces", Words.Count(namespaces));
                    Row("keys", Words.Count(keys));
                    Row("versions", Words.Count(versions));
                    Row("value bytes", Words.Bytes(bytes));
                    Row("agents", Words.Count(agents));
                }

                session.Answers.WriteTable(table);

                void Row(string name, string value) => table.AddRow(new Text(name), new Text(value));
            }

            return isReady ? ExitCodes.Ok : ExitCodes.Unavailable;
        });
        return command;
    }
}
