namespace OrleansTemporal.Architecture.Tests.Projects;

/// <summary>Who may refer to whom.</summary>
internal static class LayerRules
{
    private static readonly Dictionary<string, string[]> AllowedReferences = new()
    {
        ["Abstractions"] = [],
        ["Kernel"] = ["Abstractions"],
        ["Storage"] = ["Kernel"],
        ["Storage.Azure"] = ["Storage"],
        ["Agents"] = ["Storage"],
        ["Http"] = ["Agents"],
        ["Server"] = ["Http", "Storage.Azure"],
        ["Grains"] = ["Agents"],
        ["Silo"] = ["Grains", "Http", "Storage.Azure"],
        ["Cli"] = ["Http", "Storage.Azure"],
    };

    /// <summary>Beginnings of package and assembly names that a layer must not know.</summary>
    private static readonly Dictionary<string, string[]> ForbiddenNames = new()
    {
        ["Abstractions"] = ["Microsoft.Orleans", "Orleans.", "Azure.", "Microsoft.AspNetCore", "Microsoft.Extensions", "System.Numerics.Tensors"],
        ["Kernel"] = ["Microsoft.Orleans", "Orleans.", "Azure.", "Microsoft.AspNetCore"],
        ["Storage"] = ["Microsoft.Orleans", "Orleans.", "Azure.", "Microsoft.AspNetCore"],
        ["Storage.Azure"] = ["Microsoft.Orleans", "Orleans.", "Microsoft.AspNetCore"],
        ["Agents"] = ["Microsoft.Orleans", "Orleans.", "Azure.", "Microsoft.AspNetCore"],
        ["Http"] = ["Microsoft.Orleans", "Orleans.", "Azure."],
        ["Server"] = ["Microsoft.Orleans", "Orleans."],
        ["Grains"] = ["Azure.", "Microsoft.AspNetCore"],
        ["Cli"] = ["Azure."],
    };

    public static IEnumerable<string> References(ProjectFile project)
    {
        if (!AllowedReferences.TryGetValue(project.Name, out var allowed))
            return [$"{project.Name} has no place in the list of layers"];
        return project.Projects.Except(allowed).Select(other => $"{project.Name} must not refer to {other}");
    }

    public static IEnumerable<string> Packages(ProjectFile project) => Names(project.Name, project.Packages);

    public static IEnumerable<string> Names(string layer, IEnumerable<string> names) =>
        from name in names
        from beginning in ForbiddenNames.GetValueOrDefault(layer, [])
        where name.StartsWith(beginning, StringComparison.Ordinal)
        select $"{layer} must not know {name}";
}
