using System.CommandLine;

namespace OrleansTemporal.Commands;

/// <summary>A command whose help ends with examples.</summary>
internal sealed class ExampleCommand(string name, string description, params string[] examples) : Command(name, description)
{
    public string[] Examples { get; } = examples;
}
