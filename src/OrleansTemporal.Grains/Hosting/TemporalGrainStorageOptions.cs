using Orleans.Storage;
using OrleansTemporal.Causality;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Hosting;

/// <summary>How the state of grains is kept in the silo's database.</summary>
public sealed class TemporalGrainStorageOptions
{
    /// <summary>The workspace that it is kept in; it has to exist.</summary>
    public string Workspace { get; set; } = WorkspaceService.DefaultName;

    /// <summary>What the namespaces begin with; the name of the state follows. Settings of these namespaces hold for states as for any document: time to live, encryption, partitions.</summary>
    public string NamespacePrefix { get; set; } = "grains.";

    /// <summary>
    /// Makes a document of a state: what it gives has to be JSON. Null for System.Text.Json with its web defaults, and for the
    /// runtime's own serializer where the runtime keeps its subscriptions (<c>PubSubStore</c>).
    /// </summary>
    public IGrainStorageSerializer? Serializer { get; set; }

    internal void Validate()
    {
        Names.Validate(Workspace, nameof(Workspace));
        Names.Validate(NamespacePrefix, nameof(NamespacePrefix));
    }
}
