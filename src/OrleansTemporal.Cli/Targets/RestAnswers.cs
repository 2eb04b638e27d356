using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using OrleansTemporal.Causality;
using OrleansTemporal.Encryption;
using OrleansTemporal.Errors;
using OrleansTemporal.Kv;
using OrleansTemporal.Vectors;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Targets;

/// <summary>The records of the service from their JSON. Fields that a server does not send keep their defaults.</summary>
internal static class RestAnswers
{
    public static KvWriteResult ReadWrite(JsonElement answer, string key, bool isCreated) => new()
    {
        Receipt = ReadReceipt(answer),
        Outcomes =
        [
            new KvOutcome
            {
                Key = Text(answer, "key") ?? key,
                WriteId = Write(answer, "writeId"),
                DistinctionId = Address(answer, "distinctionId"),
                PreviousWriteId = Write(answer, "previousWriteId"),
                Created = isCreated,
                ExpiresAt = Text(answer, "expiresAt") is null ? null : Instant(answer, "expiresAt"),
            },
        ],
    };

    public static Receipt ReadReceipt(JsonElement answer) => new()
    {
        Agent = AgentId.Parse(Text(answer, "agent") ?? throw Unexpected("agent")),
        Sequence = Number(answer, "sequence"),
        SystemTime = Instant(answer, "systemTime"),
        Root = Address(answer, "root"),
        Durability = Text(answer, "durability") == "buffered" ? Durability.Buffered : Durability.Durable,
    };

    public static KvVersion ReadVersion(JsonElement answer) => new()
    {
        Key = Text(answer, "key") ?? throw Unexpected("key"),
        Value = Value(answer),
        WriteId = Write(answer, "writeId"),
        PreviousWriteId = Write(answer, "previousWriteId"),
        DistinctionId = Address(answer, "distinctionId"),
        SystemTime = Instant(answer, "systemTime"),
        Causes = Causes(answer),
        ExpiresAt = Text(answer, "expiresAt") is null ? null : Instant(answer, "expiresAt"),
        IsDeleted = IsTrue(answer, "deleted"),
        IsErased = IsTrue(answer, "erased"),
    };

    public static KvListEntry ReadEntry(JsonElement answer) =>
        new(Text(answer, "key") ?? throw Unexpected("key"), Write(answer, "writeId"), Instant(answer, "systemTime")) { Value = Value(answer) };

    public static VectorMatch ReadMatch(JsonElement answer) => new()
    {
        Id = Text(answer, "id") ?? throw Unexpected("id"),
        Score = answer.GetProperty("score").GetDouble(),
        Distance = answer.GetProperty("distance").GetDouble(),
        Metadata = answer.TryGetProperty("metadata", out var metadata) && metadata.ValueKind == JsonValueKind.Object ? Encoding.UTF8.GetBytes(metadata.GetRawText()) : default,
        WriteId = Write(answer, "writeId"),
        Proximity = answer.TryGetProperty("proximity", out var proximity) ? proximity.GetDouble() : 0,
    };

    public static HybridTimestamp ReadInstant(JsonElement answer, string field) => Instant(answer, field);

    public static KvNamespaceInfo ReadNamespace(JsonElement answer) => new(
        Text(answer, "name") ?? throw Unexpected("name"),
        Number(answer, "keyCount"),
        Number(answer, "versionCount"),
        Number(answer, "bytes"));

    public static WorkspaceInfo ReadWorkspace(JsonElement answer) => new()
    {
        Name = Text(answer, "name") ?? throw Unexpected("name"),
        Durability = Text(answer, "durability") == "buffered" ? Durability.Buffered : Durability.Durable,
        DataKey = Text(answer, "dataKey") == "own" ? DataKeyPolicy.Own : DataKeyPolicy.None,
        SystemTime = Instant(answer, "systemTime"),
        Sequence = Number(answer, "sequence"),
    };

    public static DataKeyInfo ReadDataKey(JsonElement answer, string workspace) => new(
        DataKeyId.Parse(Text(answer, "id") ?? throw Unexpected("id")),
        DataKeyScope.Of(workspace, Text(answer, "namespace"), Text(answer, "key")),
        (int)Number(answer, "number"),
        Text(answer, "state") == "retired" ? DataKeyState.Retired : DataKeyState.Active,
        answer.GetProperty("createdAt").GetDateTimeOffset());

    public static AgentRow ReadAgent(JsonElement answer) => new(
        AgentId.Parse(Text(answer, "agent") ?? throw Unexpected("agent")),
        Number(answer, "sequence"),
        Address(answer, "root"),
        answer.TryGetProperty("bytes", out var bytes) ? Number(bytes, "hot") : 0,
        answer.TryGetProperty("bytes", out bytes) ? Number(bytes, "warm") : 0,
        answer.TryGetProperty("bytes", out bytes) ? Number(bytes, "cold") : 0,
        answer.TryGetProperty("bytes", out bytes) ? Number(bytes, "deep") : 0,
        Number(answer, "segmentCount"));

    private static ReadOnlyMemory<byte> Value(JsonElement answer) =>
        answer.TryGetProperty("value", out var value) && !IsTrue(answer, "deleted") && !IsTrue(answer, "erased")
            ? Encoding.UTF8.GetBytes(value.GetRawText())
            : ReadOnlyMemory<byte>.Empty;

    internal static ImmutableArray<WriteId> Causes(JsonElement answer) =>
        answer.TryGetProperty("causes", out var causes) && causes.ValueKind == JsonValueKind.Array
            ? [.. causes.EnumerateArray().Select(cause => WriteId.Parse(cause.GetString()!))]
            : [];

    internal static WriteId Write(JsonElement answer, string name) => WriteId.TryParse(Text(answer, name), out var id) ? id : WriteId.None;

    private static Distinction Address(JsonElement answer, string name) => Distinction.TryParse(Text(answer, name), out var address) ? address : default;

    internal static HybridTimestamp Instant(JsonElement answer, string name) => HybridTimestamp.TryParse(Text(answer, name), out var instant) ? instant : default;

    internal static string? Text(JsonElement answer, string name) =>
        answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    internal static long Number(JsonElement answer, string name) =>
        answer.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : 0;

    internal static bool IsTrue(JsonElement answer, string name) => answer.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;

    private static TemporalException Unexpected(string field) =>
        new(ErrorKind.Internal, "unexpected_answer", $"The server's answer has no '{field}'; is it an OrleansTemporal of another version?");
}
