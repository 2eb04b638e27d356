using System.Text.Json;

namespace OrleansTemporal.Http.Tests.Testing;

/// <summary>An answer that was read whole.</summary>
public sealed record Answer(int Status, IReadOnlyDictionary<string, string> Headers, string Text)
{
    /// <summary>The body as JSON.</summary>
    public JsonElement Json => JsonDocument.Parse(Text).RootElement;

    /// <summary>A field of the body as text; null when absent or null.</summary>
    public string? this[string field] => Json.TryGetProperty(field, out var value) && value.ValueKind != JsonValueKind.Null ? value.ToString() : null;

    /// <summary>The rows of a list.</summary>
    public IReadOnlyList<JsonElement> Rows => [.. Json.GetProperty("value").EnumerateArray()];

    /// <summary>A header's value; null when absent.</summary>
    public string? Header(string name) => Headers.TryGetValue(name, out var value) ? value : null;

    /// <summary>Reads a response.</summary>
    public static async Task<Answer> ReadAsync(HttpResponseMessage response)
    {
        var headers = response.Headers.Concat(response.Content.Headers)
            .ToDictionary(header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase);
        return new Answer((int)response.StatusCode, headers, await response.Content.ReadAsStringAsync());
    }

    /// <summary>Checks that this is a whole problem.</summary>
    public void IsProblem(int status, string code)
    {
        Assert.Equal(status, Status);
        Assert.Equal("application/problem+json", Header("Content-Type"));
        Assert.Equal(code, this["code"]);
        Assert.Equal(status, Json.GetProperty("status").GetInt32());
        Assert.EndsWith(code, this["type"], StringComparison.Ordinal);
        Assert.NotNull(this["title"]);
        Assert.NotNull(this["detail"]);
        Assert.NotNull(Header("x-ot-system-time"));
        Assert.DoesNotContain("   at ", Text, StringComparison.Ordinal);
        if (status is 429 or 503)
        {
            Assert.NotNull(Header("Retry-After"));
        }
    }
}
