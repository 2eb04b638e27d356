using System.CommandLine;
using OrleansTemporal.Causality;
using OrleansTemporal.Rendering;
using OrleansTemporal.Workspaces;
using Spectre.Console;

namespace OrleansTemporal.Commands;

/// <summary><c>otemporal workspaces</c>: list, create, delete.</summary>
internal static class WorkspacesCommand
{
    public static Command Create(SessionStart start) => new ExampleCommand(
        "workspaces",
        "Manage workspaces: isolated sets of data in one target.",
        "otemporal workspaces list",
        "otemporal workspaces create staging",
        "otemporal put users ada '{}' --workspace staging",
        "otemporal workspaces delete staging --yes")
    {
        List(start), Make(start), Delete(start),
    };

    private static ExampleCommand List(SessionStart start)
    {
        var command = new ExampleCommand("list", "List the workspaces.", "otemporal workspaces list --json");
        start.Run(command, async (session, cancellationToken) =>
        {
            var target = await session.OpenAsync(cancellationToken);
            var table = new Table().AddColumns("workspace", "durability");
            await Limiting.ShowAsync(session, target.WorkspacesAsync(cancellationToken), 0, JsonShapes.WriteWorkspace, table, workspace =>
                [workspace.Name, JsonShapes.ToName(workspace.Durability)]);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static ExampleCommand Make(SessionStart start)
    {
        var name = new Argument<string>("name") { Description = "1 to 128 of A-Z a-z 0-9 . _ -" };
        var buffered = new Option<bool>("--buffered") { Description = "Writes answer before they are durable: faster, and a crash may take the last ones." };
        var command = new ExampleCommand("create", "Make a workspace, or change its settings.", "otemporal workspaces create staging") { name, buffered };
        start.Run(command, async (session, cancellationToken) =>
        {
            var target = await session.OpenAsync(cancellationToken, mayCreate: true);
            var workspace = new WorkspaceInfo { Name = session.Get(name), Durability = session.Get(buffered) ? Durability.Buffered : Durability.Durable };
            var isNew = await target.CreateWorkspaceAsync(workspace, cancellationToken);
            if (session.Answers.IsJson)
                session.Answers.WriteJson(json => JsonShapes.WriteWorkspace(json, workspace));
            else
                session.Answers.WriteLine($"{(isNew ? "created" : "exists already:")} {workspace.Name}");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static ExampleCommand Delete(SessionStart start)
    {
        var name = new Argument<string>("name") { Description = "The workspace." };
        var yes = new Option<bool>("--yes") { Description = "Confirms that its data and history go too." };
        var command = new ExampleCommand("delete", "Remove a workspace with all its data and history.", "otemporal workspaces delete staging --yes") { name, yes };
        start.Run(command, async (session, cancellationToken) =>
        {
            if (!session.Get(yes))
                throw Advice.Refuse($"This removes '{session.Get(name)}' with all its data and history; pass --yes to confirm.");
            var target = await session.OpenAsync(cancellationToken);
            await target.DeleteWorkspaceAsync(session.Get(name), cancellationToken);
            if (session.Answers.IsJson)
                session.Answers.WriteJson(json => Shape(json, session.Get(name)));
            else
                session.Answers.WriteLine($"deleted {session.Get(name)}");
            return ExitCodes.Ok;
        });
        return command;

        static void Shape(System.Text.Json.Utf8JsonWriter json, string name)
        {
            json.WriteStartObject();
            json.WriteString("deleted", name);
            json.WriteEndObject();
        }
    }
}
