using System.Buffers;
using System.Globalization;
using System.Text.Json;
using OrleansTemporal.Commands;
using OrleansTemporal.Lineage;

namespace OrleansTemporal.Targets;

internal sealed partial class HttpTarget
{
    // The cursor of a later page is the whole link that the server gave; the body stays the same.
    public async Task<LineageAnswer> AskLineageAsync(LineageQuery query, CancellationToken cancellationToken)
    {
        var path = query.Cursor ?? $"{root}/lineage" + Query(
            ("limit", query.Limit.ToString(CultureInfo.InvariantCulture)),
            ("asOf", Moments.ToText(query.AsOf)));
        var request = new RestRequest(HttpMethod.Post, path) { Body = BodyOf(query) };
        using var answer = await client.SendAsync(request, cancellationToken);
        return RestLineage.ReadAnswer(answer.Root);
    }

    private static ReadOnlyMemory<byte> BodyOf(LineageQuery query)
    {
        var body = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteString("ask", LineageAsks.ToName(query.Ask));
            WriteNames(json, "of", query.Of);
            WriteNames(json, "with", query.With);
            if (query.Depth is { } depth)
                json.WriteNumber("depth", depth);
            json.WriteString("direction", JsonNamingPolicy.CamelCase.ConvertName(query.Direction.ToString()));
            if (query.Namespace is { } ns)
                json.WriteString("namespace", ns);
            json.WriteNumber("similarity", query.Similarity);
            json.WriteNumber("walks", query.Walks);
            json.WriteNumber("steps", query.Steps);
            json.WriteNumber("seed", query.Seed);
            json.WriteEndObject();
        }

        return body.WrittenMemory;
    }

    private static void WriteNames(Utf8JsonWriter json, string field, IEnumerable<string> names)
    {
        json.WriteStartArray(field);
        foreach (var name in names)
            json.WriteStringValue(name);
        json.WriteEndArray();
    }
}
