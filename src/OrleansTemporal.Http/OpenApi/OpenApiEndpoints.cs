using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using OrleansTemporal.Requests;

namespace OrleansTemporal.OpenApi;

/// <summary>Serves the OpenAPI document, composed once from the endpoints that are really mapped.</summary>
internal static class OpenApiEndpoints
{
    /// <summary>Maps it.</summary>
    internal static void Map(IEndpointRouteBuilder endpoints)
    {
        var sources = endpoints.ServiceProvider.GetRequiredService<EndpointDataSource>;
        byte[]? document = null;
        endpoints.MapApi(
            "GET",
            "/openapi/v1.json",
            request => SendAsync(request, document ??= Compose(sources().Endpoints)),
            new("getOpenApi", "health", "Answers this document.") { Answers = [(200, "AnyJson")] });
    }

    /// <summary>The document's bytes.</summary>
    internal static byte[] Compose(IEnumerable<Endpoint> endpoints) =>
        JsonSerializer.SerializeToUtf8Bytes<JsonNode>(OpenApiDocument.Build(endpoints), Indented);

    private static JsonSerializerOptions Indented { get; } = new()
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static Task SendAsync(ApiRequest request, byte[] document)
    {
        var response = request.Http.Response;
        Answers.StampSystemTime(request);
        response.ContentType = "application/json";
        response.ContentLength = document.Length;
        response.Headers.XContentTypeOptions = "nosniff";
        return response.Body.WriteAsync(document, request.Cancellation).AsTask();
    }
}
