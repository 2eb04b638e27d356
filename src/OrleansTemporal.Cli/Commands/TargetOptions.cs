using System.CommandLine;

namespace OrleansTemporal.Commands;

/// <summary>The options that every command takes.</summary>
internal sealed class TargetOptions
{
    public Option<string?> Data { get; } = new("--data")
    {
        Description = "Open this data folder in this process.",
        HelpName = "folder",
        Recursive = true,
    };

    public Option<string?> Url { get; } = new("--url")
    {
        Description = "Ask the server at this address.",
        HelpName = "http://host:port",
        Recursive = true,
    };

    public Option<string> Workspace { get; } = new("--workspace", "-w")
    {
        Description = "The workspace to work in.",
        HelpName = "name",
        Recursive = true,
        DefaultValueFactory = _ => "default",
    };

    public Option<bool> Json { get; } = new("--json")
    {
        Description = "Answer for programs: one JSON document, or one on each line for lists.",
        Recursive = true,
    };

    public Option<bool> NoColor { get; } = new("--no-color")
    {
        Description = "No colours.",
        Recursive = true,
    };

    public void AddTo(RootCommand root)
    {
        root.Options.Add(Data);
        root.Options.Add(Url);
        root.Options.Add(Workspace);
        root.Options.Add(Json);
        root.Options.Add(NoColor);
    }
}
