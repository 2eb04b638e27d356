using System.Text.Json;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Requests;

/// <summary>Names of <see cref="Durability"/> in settings.</summary>
internal static class DurabilityNames
{
    private const string Durable = "durable";
    private const string Buffered = "buffered";

    /// <summary>The name.</summary>
    internal static string ToName(Durability durability) => durability == Durability.Buffered ? Buffered : Durable;

    /// <summary>Reads the name from a body.</summary>
    internal static Durability Parse(JsonElement value) => value.ValueKind == JsonValueKind.String && value.ValueEquals(Durable) ? Durability.Durable
        : value.ValueKind == JsonValueKind.String && value.ValueEquals(Buffered) ? Durability.Buffered
        : throw JsonBody.Invalid("durability", $"'durability' is {Durable} or {Buffered}.");
}
