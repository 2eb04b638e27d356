using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using OrleansTemporal.Causality;
using OrleansTemporal.Encryption;
using OrleansTemporal.Errors;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Backups;

/// <summary>
/// The object that makes a backup one: which agents it holds, how far, and where their manifests are (docs/formats/backup.md).
/// Written last, so a backup that was cut short is the one before.
/// </summary>
internal sealed record BackupIndex
{
    private const int FormatVersion = 1;

    public required WorkspaceInfo Workspace { get; init; }

    public required HybridTimestamp SystemTime { get; init; }

    public required ImmutableArray<(BackedUpAgent Agent, string ManifestPath)> Agents { get; init; }

    /// <summary>Where the index of a workspace's backup is; no kind of agent has this name.</summary>
    public static string PathOf(string workspace) => $"{workspace}/backup";

    public ReadOnlyMemory<byte> Encode()
    {
        var bytes = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteNumber("format", FormatVersion);
        json.WriteString("workspace", Workspace.Name);
        json.WriteString("durability", Workspace.Durability == Durability.Buffered ? "buffered" : "durable");
        json.WriteString("dataKey", Workspace.DataKey == DataKeyPolicy.Own ? "own" : "none");
        json.WriteString("systemTime", SystemTime.Value.ToString("x16", CultureInfo.InvariantCulture));
        json.WriteStartArray("agents");
        foreach (var (agent, manifest) in Agents)
        {
            json.WriteStartObject();
            json.WriteString("agent", agent.Agent.ToString());
            json.WriteNumber("sequence", agent.Sequence);
            json.WriteString("root", agent.Root.ToString());
            json.WriteString("manifest", manifest);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        return bytes.WrittenMemory;
    }

    public static BackupIndex Decode(ReadOnlyMemory<byte> bytes, string path)
    {
        try
        {
            using var json = JsonDocument.Parse(bytes);
            var root = json.RootElement;
            if (root.GetProperty("format").GetInt32() is not FormatVersion and var format)
            {
                throw new TemporalException(ErrorKind.Invalid, ErrorCodes.FormatTooNew, $"'{path}' has format {format}; this release reads format {FormatVersion}.");
            }

            var agents = ImmutableArray.CreateBuilder<(BackedUpAgent, string)>();
            foreach (var agent in root.GetProperty("agents").EnumerateArray())
            {
                agents.Add((
                    new BackedUpAgent(
                        AgentId.Parse(agent.GetProperty("agent").GetString()!),
                        agent.GetProperty("sequence").GetInt64(),
                        Distinction.Parse(agent.GetProperty("root").GetString()!)),
                    agent.GetProperty("manifest").GetString()!));
            }

            return new BackupIndex
            {
                Workspace = new WorkspaceInfo
                {
                    Name = root.GetProperty("workspace").GetString()!,
                    Durability = root.GetProperty("durability").ValueEquals("buffered") ? Durability.Buffered : Durability.Durable,
                    DataKey = root.GetProperty("dataKey").ValueEquals("own") ? DataKeyPolicy.Own : DataKeyPolicy.None,
                },
                SystemTime = new HybridTimestamp(ulong.Parse(root.GetProperty("systemTime").GetString()!, NumberStyles.HexNumber, CultureInfo.InvariantCulture)),
                Agents = agents.ToImmutable(),
            };
        }
        catch (Exception malformed) when (malformed is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or OverflowException or ArgumentNullException
            || malformed is TemporalException { Kind: ErrorKind.Invalid, Code: not ErrorCodes.FormatTooNew })
        {
            throw new TemporalException(ErrorKind.Corrupt, ErrorCodes.Corrupt, $"'{path}' is no index of a backup.", malformed);
        }
    }
}
