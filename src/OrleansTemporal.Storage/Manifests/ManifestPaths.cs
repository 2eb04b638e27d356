using OrleansTemporal.Causality;
using OrleansTemporal.Storage.Formats;

namespace OrleansTemporal.Storage.Manifests;

/// <summary>Object paths in a manifest: those below the agent's own folder are written without it.</summary>
internal sealed class ManifestPaths(AgentId agent)
{
    private const byte Whole = 0;
    private const byte BelowFolder = 1;
    private readonly string folder = SealedPaths.FolderOf(agent) + "/";

    public void Write(FormatWriter writer, string path)
    {
        var isBelow = path.StartsWith(folder, StringComparison.Ordinal);
        writer.U8(isBelow ? BelowFolder : Whole);
        writer.Text(isBelow ? path[folder.Length..] : path);
    }

    public string Read(ref FormatReader reader, int lengthMax)
    {
        var kind = reader.U8("a path");
        var text = reader.Text("a path", lengthMax);
        return kind switch
        {
            Whole => text,
            BelowFolder => folder + text,
            _ => throw reader.Corrupt("a path is of an unknown kind"),
        };
    }
}
