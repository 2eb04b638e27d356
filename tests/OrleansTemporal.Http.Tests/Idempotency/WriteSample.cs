using OrleansTemporal.Http.Tests.Testing;

namespace OrleansTemporal.Http.Tests.Idempotency;

/// <summary>One way to call a write of the API, and to see whether a second call happened.</summary>
/// <param name="Path">Where it is sent to, behind <c>/v1</c> or from the root.</param>
/// <param name="Body">What is sent; null for nothing.</param>
/// <param name="Other">Another body or, when it begins with a slash or a question mark, other parameters; null where a write has nothing that could differ.</param>
public sealed record WriteSample(string Path, string? Body = null, string? Other = null)
{
    /// <summary>What has to be there first: method, path and body, one request after the other.</summary>
    public (string Method, string Path, string? Body)[] Before { get; init; } = [];

    /// <summary>What happens between both calls; the second one must not undo it.</summary>
    public (string Method, string Path, string? Body)[] Between { get; init; } = [];

    /// <summary>A read that says the same before and behind the second call; null when the answers themselves say it.</summary>
    public string? Witness { get; init; }

    /// <summary>Whether the answer is where an operation can be followed.</summary>
    public bool IsOperation { get; init; }

    /// <summary>Whether the answer is how things stand, so that only the witness says whether something happened.</summary>
    public bool AnswersState { get; init; }

    /// <summary>Content type of the body.</summary>
    public string ContentType { get; init; } = "application/json";

    /// <summary>Sends what has to be there first.</summary>
    public static async Task RunAsync(TestServer server, IEnumerable<(string Method, string Path, string? Body)> requests)
    {
        foreach (var (method, path, body) in requests)
        {
            var answer = await server.SendAsync(method, path, body);
            Assert.True(answer.Status < 300, $"{method} {path}: {answer.Status} {answer.Text}");
            if (answer.Header("Operation-Location") is { } location)
            {
                await Eventually.HoldsAsync("the operation ended", async () => (await server.ExpectAsync(200, "GET", location))["status"] != "running");
            }
        }
    }
}
