using System.Text.Json;

namespace OrleansTemporal.Server.Tests.Crash;

/// <summary>What an acknowledged write was promised.</summary>
internal sealed record Receipt(string Agent, long Sequence, string Root, string SystemTime, string? WriteId)
{
    public static Receipt Parse(JsonElement answer)
    {
        // A batch lists its receipts; over one partition they are one.
        var single = answer.TryGetProperty("sequence", out _) ? answer : answer.GetProperty("receipts")[0];
        return new Receipt(
            single.GetProperty("agent").GetString()!,
            single.GetProperty("sequence").GetInt64(),
            single.GetProperty("root").GetString()!,
            single.GetProperty("systemTime").GetString()!,
            answer.TryGetProperty("writeId", out var id) ? id.GetString() : null);
    }
}
