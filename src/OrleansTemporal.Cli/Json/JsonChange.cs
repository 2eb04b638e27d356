using System.Text.Json.Nodes;

namespace OrleansTemporal.Json;

/// <summary>One step of a comparison.</summary>
/// <param name="Operation"><c>add</c>, <c>remove</c> or <c>replace</c>, as in RFC 6902.</param>
/// <param name="Path">A JSON pointer, RFC 6901; empty for the whole document.</param>
/// <param name="Was">The value before; null pointer for JSON null and for an addition.</param>
/// <param name="Value">The value after; null pointer for JSON null and for a removal.</param>
internal sealed record JsonChange(string Operation, string Path, JsonNode? Was, JsonNode? Value)
{
    public const string Add = "add";
    public const string Remove = "remove";
    public const string Replace = "replace";
}
