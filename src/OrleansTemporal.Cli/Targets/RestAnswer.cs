using System.Net;
using System.Text.Json;

namespace OrleansTemporal.Targets;

/// <summary>A good answer, read whole.</summary>
internal sealed class RestAnswer(HttpStatusCode status, JsonDocument? body, string? operationLocation) : IDisposable
{
    public HttpStatusCode Status { get; } = status;

    /// <summary>The document; undefined when the answer had none.</summary>
    public JsonElement Root { get; } = body?.RootElement ?? default;

    /// <summary>Path at which a long operation can be followed, or null.</summary>
    public string? OperationLocation { get; } = operationLocation;

    public void Dispose() => body?.Dispose();
}
