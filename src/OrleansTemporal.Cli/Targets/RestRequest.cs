namespace OrleansTemporal.Targets;

/// <summary>One request as often as it must be sent: every try has the same idempotency key.</summary>
internal sealed class RestRequest(HttpMethod method, string path)
{
    private readonly string idempotencyKey = Guid.NewGuid().ToString("N");

    /// <summary>JSON, or what <see cref="ContentType"/> says; empty for none.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    public string ContentType { get; init; } = "application/json";

    /// <summary>True when sending it twice must have one effect.</summary>
    public bool IsWrite { get; init; }

    /// <summary>False for a question about the very moment.</summary>
    public bool IsRetried { get; init; } = true;

    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    public HttpRequestMessage ToMessage(Uri server, string observed)
    {
        // Built verbatim: the framework would otherwise decode %2E and merge dots, and a key would become a walk.
        var verbatim = new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true };
        var uri = new Uri(server.GetLeftPart(UriPartial.Authority) + server.AbsolutePath.TrimEnd('/') + path, verbatim);
        var message = new HttpRequestMessage(method, uri);
        message.Headers.TryAddWithoutValidation("Accept", "application/json");
        if (observed.Length > 0)
            message.Headers.TryAddWithoutValidation("x-ot-system-time", observed);
        if (IsWrite)
            message.Headers.TryAddWithoutValidation("Idempotency-Key", idempotencyKey);
        foreach (var (name, value) in Headers)
            message.Headers.TryAddWithoutValidation(name, value);
        if (!Body.IsEmpty)
        {
            message.Content = new ReadOnlyMemoryContent(Body);
            message.Content.Headers.ContentType = new(ContentType);
        }

        return message;
    }
}
