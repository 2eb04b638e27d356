using System.Globalization;
using OrleansTemporal.Causality;
using OrleansTemporal.Storage.Manifests;

namespace OrleansTemporal.Storage.Azure.Logs;

/// <summary>Names of the blobs of a log: beside the agent's segments, one for each epoch, in the order of epochs.</summary>
internal static class LogPaths
{
    private const int EpochDigits = 20;

    /// <summary>The common beginning of all blobs of an agent's log.</summary>
    public static string PrefixOf(AgentId agent) => $"{SealedPaths.FolderOf(agent)}/log/";

    public static string Of(AgentId agent, ulong epoch) => string.Create(CultureInfo.InvariantCulture, $"{PrefixOf(agent)}{epoch:d20}");

    /// <summary>The epoch in a name; false when it is none that <see cref="Of"/> makes.</summary>
    public static bool TryParse(string path, out ulong epoch)
    {
        var name = path.AsSpan(path.LastIndexOf('/') + 1);
        epoch = 0;
        return name.Length == EpochDigits && ulong.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out epoch) && epoch > 0;
    }
}
