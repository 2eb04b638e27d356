namespace OrleansTemporal.OpenApi;

/// <summary>What the OpenAPI document says of one route.</summary>
/// <param name="OperationId">Name of the operation, camelCase.</param>
/// <param name="Tag">Group that it is listed under.</param>
/// <param name="Summary">One sentence.</param>
internal sealed record ApiDescription(string OperationId, string Tag, string Summary)
{
    /// <summary>Names of query parameters and headers, as <see cref="OpenApiParameters"/> knows them.</summary>
    internal string[] Parameters { get; init; } = [];

    /// <summary>Schema of the request body; null for none.</summary>
    internal string? Body { get; init; }

    /// <summary>Content type of the request body.</summary>
    internal string BodyContentType { get; init; } = "application/json";

    /// <summary>What the body is as <c>application/octet-stream</c>; null when it is JSON only.</summary>
    internal string? BinaryBody { get; init; }

    /// <summary>Whether the body may be left out.</summary>
    internal bool BodyIsOptional { get; init; }

    /// <summary>Success statuses with the schema of their body; null for none.</summary>
    internal (int Status, string? Schema)[] Answers { get; init; } = [];

    /// <summary>Statuses that answer with a problem, beside those that every route has.</summary>
    internal int[] Problems { get; init; } = [];

    /// <summary>Content type of the answer.</summary>
    internal string ContentType { get; init; } = "application/json";
}
