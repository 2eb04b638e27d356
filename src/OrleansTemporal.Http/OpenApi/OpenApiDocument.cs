using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using OrleansTemporal.Requests;

namespace OrleansTemporal.OpenApi;

/// <summary>Composes an OpenAPI 3.1 document from the endpoints and their <see cref="ApiDescription"/>.</summary>
internal static partial class OpenApiDocument
{
    private const string Problem = "Problem";

    /// <summary>The document.</summary>
    internal static JsonObject Build(IEnumerable<Endpoint> endpoints)
    {
        var paths = new JsonObject();
        var described = endpoints
            .OfType<RouteEndpoint>()
            .Select(endpoint => (Pattern: endpoint.RoutePattern.RawText!, Route: endpoint.Metadata.GetMetadata<ApiRoute>(), Text: endpoint.Metadata.GetMetadata<ApiDescription>()))
            .Where(endpoint => endpoint is { Route: not null, Text: not null })
            .OrderBy(endpoint => endpoint.Pattern, StringComparer.Ordinal)
            .ThenBy(endpoint => endpoint.Route!.Method, StringComparer.Ordinal);
        foreach (var (pattern, route, text) in described)
        {
            if (paths[pattern] is not JsonObject path)
            {
                paths[pattern] = path = DescribePath(pattern);
            }

            path[route!.Method.ToLowerInvariant()] = Describe(text!, pattern.StartsWith("/v1", StringComparison.Ordinal));
        }

        return new JsonObject
        {
            ["openapi"] = "3.1.1",
            ["info"] = new JsonObject
            {
                ["title"] = "OrleansTemporal",
                ["version"] = "v1",
                ["description"] = "A state service that never forgets: every change is a delta, and any state of any moment can be read back.",
            },
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["parameters"] = OpenApiParameters.Build(),
                ["schemas"] = OpenApiSchemas.Build(),
                ["headers"] = OpenApiParameters.BuildHeaders(),
                ["responses"] = new JsonObject { [Problem] = DescribeProblem() },
            },
        };
    }

    private static JsonObject DescribePath(string pattern)
    {
        var path = new JsonObject();
        var parameters = new JsonArray();
        foreach (Match match in PathParameter().Matches(pattern))
        {
            parameters.Add(Reference("parameters", match.Groups[1].Value));
        }

        if (parameters.Count > 0)
        {
            path["parameters"] = parameters;
        }

        return path;
    }

    private static JsonObject Describe(ApiDescription text, bool isApi)
    {
        var operation = new JsonObject
        {
            ["operationId"] = text.OperationId,
            ["tags"] = new JsonArray(text.Tag),
            ["summary"] = text.Summary,
        };
        var parameters = text.Parameters.Concat(isApi ? ["x-ot-system-time"] : []).ToList();
        if (parameters.Count > 0)
        {
            operation["parameters"] = new JsonArray([.. parameters.Select(name => Reference("parameters", name))]);
        }

        if (text.Body is not null)
        {
            var content = Content(text.BodyContentType, text.Body);
            if (text.BinaryBody is { } binary)
            {
                content["application/octet-stream"] = new JsonObject
                {
                    ["schema"] = new JsonObject { ["type"] = "string", ["format"] = "binary", ["description"] = binary },
                };
            }

            operation["requestBody"] = new JsonObject { ["required"] = !text.BodyIsOptional, ["content"] = content };
        }

        var responses = new JsonObject();
        foreach (var (status, schema) in text.Answers)
        {
            responses[ToText(status)] = DescribeAnswer(text, status, schema);
        }

        foreach (var status in text.Problems.Concat(isApi ? [400, 404] : []).Order())
        {
            responses[ToText(status)] = Reference("responses", Problem);
        }

        responses["default"] = Reference("responses", Problem);
        operation["responses"] = responses;
        return operation;
    }

    private static JsonObject DescribeAnswer(ApiDescription text, int status, string? schema)
    {
        var headers = new JsonObject { ["x-ot-system-time"] = Reference("headers", "x-ot-system-time") };
        if (schema is "KvWritten" or "KvVersion" or "VectorWritten" or "VectorVersion" || status == 304)
        {
            headers["ETag"] = Reference("headers", "ETag");
        }

        if (schema is "KvWritten" or "KvBatchWritten" or "Receipt" or "WorkspaceWritten" or "KvSettingsWritten" or "SeriesWritten" or "SeriesDeleted")
        {
            headers["x-ot-root"] = Reference("headers", "x-ot-root");
        }

        if (status == 202 && schema is "Operation")
        {
            headers["Operation-Location"] = Reference("headers", "Operation-Location");
        }

        var answer = new JsonObject
        {
            ["description"] = status switch { 201 => "Created.", 202 => "Accepted.", 304 => "What the client has is what stands.", _ => "Done." },
            ["headers"] = headers,
        };
        if (schema is not null)
        {
            answer["content"] = Content(text.ContentType, schema);
        }

        return answer;
    }

    private static JsonObject DescribeProblem() => new()
    {
        ["description"] = "Problem details (RFC 9457) with a stable code.",
        ["headers"] = new JsonObject { ["x-ot-system-time"] = Reference("headers", "x-ot-system-time") },
        ["content"] = Content("application/problem+json", Problem),
    };

    private static JsonObject Content(string type, string schema) =>
        new() { [type] = new JsonObject { ["schema"] = schema == "Html" ? new JsonObject { ["type"] = "string" } : Reference("schemas", schema) } };

    private static JsonObject Reference(string section, string name) => new() { ["$ref"] = $"#/components/{section}/{name}" };

    private static string ToText(int status) => status.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex PathParameter();
}
