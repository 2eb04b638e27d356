using Microsoft.Extensions.Configuration;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Hosting;

/// <summary>A kind of place, other than a folder, that a server can be configured to keep its data in.</summary>
/// <param name="Name">What <c>--storage</c> says, and the name of its section below <c>OrleansTemporal:Storage</c>.</param>
/// <param name="Create">Makes the place from that section; throws an <see cref="ArgumentException"/> in words when a setting can not work.</param>
public sealed record StorageKind(string Name, Func<IConfigurationSection, IStorageBackend> Create)
{
    /// <summary>The kind that needs no other: a folder of the local disk.</summary>
    public const string LocalName = "local";

    private const string Setting = "storage";

    /// <summary>The place that is configured; null for a folder of the local disk.</summary>
    /// <param name="kinds">What this server knows.</param>
    /// <param name="configuration">Says which by <c>storage</c>, or by having a section of the kind.</param>
    /// <exception cref="ArgumentException">There is no such kind, or a setting can not work.</exception>
    internal static IStorageBackend? Choose(IReadOnlyCollection<StorageKind> kinds, IConfiguration configuration)
    {
        var sections = configuration.GetSection($"{TemporalOptions.SectionName}:Storage");
        if (configuration[Setting] is not { Length: > 0 } name)
        {
            return kinds.FirstOrDefault(kind => sections.GetSection(kind.Name).Exists()) is { } implied ? implied.Create(sections.GetSection(implied.Name)) : null;
        }

        if (string.Equals(name, LocalName, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var chosen = kinds.FirstOrDefault(kind => string.Equals(kind.Name, name, StringComparison.OrdinalIgnoreCase))
            ?? throw new ArgumentException($"There is no storage '{name}': it is {string.Join(" or ", kinds.Select(static kind => kind.Name).Prepend(LocalName))}.");
        return chosen.Create(sections.GetSection(chosen.Name));
    }
}
