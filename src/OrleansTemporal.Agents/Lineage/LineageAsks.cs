using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace OrleansTemporal.Lineage;

/// <summary>Names of questions in REST and on the command line: those of <see cref="LineageAsk"/> in camelCase.</summary>
public static class LineageAsks
{
    private static readonly FrozenDictionary<string, LineageAsk> ByName = Enum.GetValues<LineageAsk>().ToFrozenDictionary(ToName, StringComparer.Ordinal);

    /// <summary>All names, in the order of the enumeration.</summary>
    public static IEnumerable<string> Names => Enum.GetValues<LineageAsk>().Select(ToName);

    /// <summary>The name of a question.</summary>
    public static string ToName(LineageAsk ask) => JsonNamingPolicy.CamelCase.ConvertName(ask.ToString());

    /// <summary>Reads a name; false when it is none.</summary>
    public static bool TryParse([NotNullWhen(true)] string? name, out LineageAsk ask)
    {
        ask = default;
        return name is not null && ByName.TryGetValue(name, out ask);
    }
}
