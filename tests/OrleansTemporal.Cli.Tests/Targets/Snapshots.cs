using System.Text.RegularExpressions;

namespace OrleansTemporal.Cli.Tests.Targets;

/// <summary>Answers without what differs from run to run.</summary>
internal static partial class Snapshots
{
    public static string Mask(string text) => Writes().Replace(Hashes().Replace(Times().Replace(text, "<time>"), "<hash>"), "<write>");

    [GeneratedRegex(@"\d{4}-\d\d-\d\dT[\d:.]+Z")]
    private static partial Regex Times();

    [GeneratedRegex("(?<=\")[0-9a-f]{64}(?=\")")]
    private static partial Regex Hashes();

    [GeneratedRegex("(?<=\")[0-9a-f]{28}(?=\")")]
    private static partial Regex Writes();
}
