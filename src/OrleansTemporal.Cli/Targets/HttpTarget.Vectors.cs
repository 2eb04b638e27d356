using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using OrleansTemporal.Causality;
using OrleansTemporal.Commands;
using OrleansTemporal.Vectors;

namespace OrleansTemporal.Targets;

internal sealed partial class HttpTarget
{
    public async Task<bool> CreateCollectionAsync(string collection, VectorSettings settings, CancellationToken cancellationToken)
    {
        var body = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            VectorSettingsJson.WriteMembers(json, settings);
            json.WriteEndObject();
        }

        var request = new RestRequest(HttpMethod.Put, PathOfCollection(collection)) { Body = body.WrittenMemory, IsWrite = true };
        using var answer = await client.SendAsync(request, cancellationToken);
        return answer.Status == HttpStatusCode.Created;
    }

    public async Task WriteVectorsAsync(string collection, ImmutableArray<VectorOperation> operations, ImmutableArray<WriteId> causes, CancellationToken cancellationToken)
    {
        var request = new RestRequest(HttpMethod.Post, $"{PathOfCollection(collection)}/batch")
        {
            Body = RowsOf(operations),
            ContentType = "application/octet-stream",
            Headers = causes.IsEmpty ? [] : [new("x-ot-causes", string.Join(", ", causes))],
            IsWrite = true,
        };
        using var answer = await client.SendAsync(request, cancellationToken);
    }

    public async IAsyncEnumerable<VectorOperation> VectorsAsync(string collection, AsOf asOf, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var moment = Moments.ToText(asOf) is { } text ? $"&asOf={Uri.EscapeDataString(text)}" : "";
        await foreach (var row in client.PagesAsync($"{PathOfCollection(collection)}/_vectors?limit=1000{moment}", cancellationToken))
        {
            var metadata = row.GetProperty("metadata");
            yield return new VectorOperation
            {
                Id = row.GetProperty("id").GetString()!,
                Vector = row.GetProperty("vector").EnumerateArray().Select(static value => value.GetSingle()).ToArray(),
                Metadata = metadata.ValueKind == JsonValueKind.Null ? default(ReadOnlyMemory<byte>) : Encoding.UTF8.GetBytes(metadata.GetRawText()),
            };
        }
    }

    public async Task<VectorAnswer> SearchVectorsAsync(string collection, VectorQuery query, CancellationToken cancellationToken)
    {
        var body = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body))
        {
            Write(json, query);
        }

        using var answer = await client.SendAsync(new RestRequest(HttpMethod.Post, $"{PathOfCollection(collection)}/search") { Body = body.WrittenMemory }, cancellationToken);
        return new VectorAnswer(
            [.. answer.Root.GetProperty("value").EnumerateArray().Select(RestAnswers.ReadMatch)],
            VectorModes.TryParse(answer.Root.GetProperty("mode").GetString(), out var mode) ? mode : VectorMode.Auto,
            RestAnswers.ReadInstant(answer.Root.GetProperty("asOf"), "systemTime"));
    }

    private static void Write(Utf8JsonWriter json, VectorQuery query)
    {
        json.WriteStartObject();
        json.WriteStartArray("vector");
        foreach (var value in query.Vector.Span)
            json.WriteNumberValue(value);
        json.WriteEndArray();
        json.WriteNumber("k", query.Count);
        json.WriteNumber("ef", query.Width);
        json.WriteString("mode", VectorModes.NameOf(query.Mode));
        if (query.Threshold is { } threshold)
            json.WriteNumber("threshold", threshold);
        if (!query.Filter.IsEmpty)
        {
            json.WritePropertyName("filter");
            json.WriteRawValue(query.Filter.Span);
        }

        if (query.Causal is { } causal)
        {
            json.WriteStartObject("causal");
            json.WriteString("near", causal.Near);
            json.WriteNumber("weight", causal.Weight);
            json.WriteEndObject();
        }

        if (Moments.ToText(query.AsOf) is { } moment)
            json.WriteString("asOf", moment);
        json.WriteEndObject();
    }

    // Binary rows, as docs/formats/vector-payload.md has them.
    private static byte[] RowsOf(ImmutableArray<VectorOperation> operations)
    {
        using var rows = new MemoryStream();
        using var writer = new BinaryWriter(rows);
        writer.Write("OTV1"u8);
        writer.Write(operations[0].Vector.Length);
        Span<byte> number = stackalloc byte[sizeof(float)];
        foreach (var operation in operations)
        {
            var id = Encoding.UTF8.GetBytes(EntityKeys.Validate(operation.Id, "id"));
            writer.Write((ushort)id.Length);
            writer.Write(id);
            writer.Write(operation.Metadata.Length);
            writer.Write(operation.Metadata.Span);
            foreach (var value in operation.Vector.Span)
            {
                BinaryPrimitives.WriteSingleLittleEndian(number, value);
                writer.Write(number);
            }
        }

        writer.Flush();
        return rows.ToArray();
    }

    private string PathOfCollection(string collection) => $"{root}/vectors/{RestClient.Segment(Names.Validate(collection, "collection"))}";
}
