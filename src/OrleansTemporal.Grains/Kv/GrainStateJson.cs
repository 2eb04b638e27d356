using System.Text.Json;
using Orleans.Storage;

namespace OrleansTemporal.Kv;

/// <summary>States as documents that people and queries can read: System.Text.Json with its web defaults, as everywhere in the product.</summary>
internal sealed class GrainStateJson : IGrainStorageSerializer
{
    /// <inheritdoc/>
    public BinaryData Serialize<T>(T? input) => new(JsonSerializer.SerializeToUtf8Bytes(input, JsonSerializerOptions.Web));

    /// <inheritdoc/>
    public T Deserialize<T>(BinaryData input) => JsonSerializer.Deserialize<T>(input.ToMemory().Span, JsonSerializerOptions.Web)!;
}
