using System.Text.Json.Nodes;

namespace OrleansTemporal.OpenApi;

/// <summary>
/// Turns <c>name?:type</c> pairs into a JSON schema. A type is a JSON type, a named form (<c>instant</c>, <c>hash</c>,
/// <c>writeId</c>), another schema in PascalCase, any of these with <c>[]</c>, or several with <c>|</c> between them.
/// </summary>
internal static class OpenApiSchemaNotation
{
    /// <summary>The schema of an object.</summary>
    internal static JsonObject Parse(string notation)
    {
        var properties = new JsonObject();
        var required = new JsonArray();
        foreach (var pair in notation.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var colon = pair.IndexOf(':');
            var (name, type) = (pair[..colon], pair[(colon + 1)..]);
            if (name == "*")
            {
                return new JsonObject { ["type"] = "object", ["additionalProperties"] = ParseType(type) };
            }

            if (name.EndsWith('?'))
            {
                name = name[..^1];
            }
            else
            {
                required.Add(name);
            }

            properties[name] = ParseType(type);
        }

        var schema = new JsonObject { ["type"] = "object", ["properties"] = properties };
        if (required.Count > 0)
        {
            schema["required"] = required;
        }

        return schema;
    }

    private static JsonObject ParseType(string type)
    {
        if (type.Contains('|'))
        {
            return new JsonObject { ["anyOf"] = new JsonArray([.. type.Split('|').Select(ParseType)]) };
        }

        if (type.EndsWith("[]", StringComparison.Ordinal))
        {
            return new JsonObject { ["type"] = "array", ["items"] = ParseType(type[..^2]) };
        }

        return type switch
        {
            "any" => [],
            "instant" => new JsonObject { ["type"] = "string", ["format"] = "date-time" },
            "hash" => new JsonObject { ["type"] = "string", ["pattern"] = "^[0-9a-f]{64}$" },
            "writeId" => new JsonObject { ["type"] = "string", ["pattern"] = "^[0-9a-f]{28}$" },
            "durability" => Enumeration("durable", "buffered"),
            "dataKey" => Enumeration("inherit", "none", "own", "each"),
            "keyPolicy" => Enumeration("none", "own"),
            "dataKeyState" => Enumeration("active", "retired"),
            "conflictRule" => Enumeration("lastWriteWins", "firstWriteWins", "merge", "reject"),
            "gapRule" => Enumeration("refuse", "buffer"),
            "changeMode" => Enumeration("add", "set"),
            "timelineChange" => Enumeration("capture", "apply", "rollback", "merge", "observe"),
            "timelineOutcome" => Enumeration("recorded", "known", "buffered"),
            "windowStatus" => Enumeration("open", "compacted"),
            "observerDetector" => Enumeration("l2", "cosine", "adaptive"),
            "observerState" => Enumeration("active", "paused", "error", "terminated"),
            "observerOutcome" => Enumeration("captured", "heartbeat", "filtered", "pending", "idle"),
            "lifecycleProcess" => Enumeration("consolidation", "distillation", "genome"),
            "lineageAsk" => Enumeration([.. Lineage.LineageAsks.Names.Select(static name => (JsonNode)name)]),
            "lineageDirection" => Enumeration("any", "causes", "effects"),
            "routingPriority" => Enumeration("low", "normal", "high", "critical"),
            "vectorMetric" => Enumeration("cosine", "l2", "dot"),
            "vectorMode" => Enumeration("auto", "fast", "thorough", "exact"),
            "vectorModeAnswered" => Enumeration("auto", "fast", "thorough", "exact", "cached"),
            "guarantee" => Enumeration("atMostOnce", "atLeastOnce", "exactlyOnce"),
            "changeType" => Enumeration("insert", "update", "delete"),
            "webhookMode" => Enumeration("binary", "structured"),
            "subscriptionStatus" => Enumeration("active", "paused", "backpressured", "disconnected"),
            "status" => Enumeration("running", "succeeded", "failed"),
            _ when char.IsAsciiLetterUpper(type[0]) => new JsonObject { ["$ref"] = $"#/components/schemas/{type}" },
            _ => new JsonObject { ["type"] = type },
        };
    }

    private static JsonObject Enumeration(params JsonNode[] values) => new() { ["type"] = "string", ["enum"] = new JsonArray(values) };
}
