using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using OrleansTemporal.Http.Tests.Testing;
using OrleansTemporal.Requests;

namespace OrleansTemporal.Http.Tests.OpenApi;

/// <summary>The description is valid, complete, and changes only on purpose.</summary>
public sealed class OpenApiTests(TestServer server) : IClassFixture<TestServer>
{
    /// <summary>OT_UPDATE_SNAPSHOTS=1 writes the snapshot instead of comparing it.</summary>
    [Fact]
    public async Task document_is_the_snapshot()
    {
        var file = TestRepository.PathOf("tests/OrleansTemporal.Http.Tests/Snapshots/openapi.v1.json");
        var text = (await server.ExpectAsync(200, "GET", "/openapi/v1.json")).Text + "\n";
        if (Environment.GetEnvironmentVariable("OT_UPDATE_SNAPSHOTS") is { Length: > 0 })
        {
            await File.WriteAllTextAsync(file, text);
        }

        Assert.Equal(await File.ReadAllTextAsync(file), text);
    }

    [Fact]
    public async Task document_is_valid_openapi_3_1()
    {
        var text = (await server.ExpectAsync(200, "GET", "/openapi/v1.json")).Text;
        var result = OpenApiDocument.Parse(text, "json");
        Assert.Empty(result.Diagnostic!.Errors);
        Assert.Empty(result.Diagnostic.Warnings);
        Assert.Equal(OpenApiSpecVersion.OpenApi3_1, result.Diagnostic.SpecificationVersion);
        foreach (Match reference in Regex.Matches(text, "\"#/components/(\\w+)/([^\"]+)\""))
        {
            Assert.Contains($"\"{reference.Groups[2].Value}\": ", text[text.IndexOf("\"components\"", StringComparison.Ordinal)..], StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task document_describes_every_route_once()
    {
        var document = (await server.ExpectAsync(200, "GET", "/openapi/v1.json")).Json.GetProperty("paths");
        var routes = server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().ToList();
        var ids = new HashSet<string>();
        foreach (var route in routes)
        {
            var method = route.Metadata.GetRequiredMetadata<ApiRoute>().Method;
            var operation = document.GetProperty(route.RoutePattern.RawText!).GetProperty(method.ToLowerInvariant());
            Assert.True(ids.Add(operation.GetProperty("operationId").GetString()!));
            var parameters = operation.TryGetProperty("parameters", out var list) ? list.GetRawText() : "";
            Assert.Equal(route.RoutePattern.RawText!.StartsWith("/v1", StringComparison.Ordinal), parameters.Contains("x-ot-system-time", StringComparison.Ordinal));
        }

        Assert.Equal(routes.Count, document.EnumerateObject().Sum(path => path.Value.EnumerateObject().Count(member => member.Name != "parameters")));
    }
}
