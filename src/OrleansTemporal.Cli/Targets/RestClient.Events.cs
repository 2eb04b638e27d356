using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Targets;

internal sealed partial class RestClient
{
    /// <summary>Server-sent events until the connection ends: their ids and data.</summary>
    /// <exception cref="TemporalException">The server refuses, or can not be reached.</exception>
    public async IAsyncEnumerable<(string Id, string Data)> EventsAsync(string path, string? lastId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var request = new RestRequest(HttpMethod.Get, path) { Headers = lastId is null ? [] : [new("Last-Event-ID", lastId)] };
        using var message = request.ToMessage(server, "");
        using var response = await OpenAsync(message, cancellationToken);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken), Encoding.UTF8);
        var (id, data) = ("", "");
        while (await LineAsync(reader, cancellationToken) is { } line)
        {
            if (line.Length == 0 && data.Length > 0)
            {
                yield return (id, data);
                data = "";
            }
            else if (line.StartsWith("id: ", StringComparison.Ordinal))
            {
                id = line[4..];
            }
            else if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                data = line[6..];
            }
        }
    }

    private async Task<HttpResponseMessage> OpenAsync(HttpRequestMessage message, CancellationToken cancellationToken)
    {
        try
        {
            var response = await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (response.IsSuccessStatusCode)
                return response;

            using (response)
                throw await ProblemReader.ReadAsync(response, clock, cancellationToken);
        }
        catch (Exception error) when (error is HttpRequestException or SocketException)
        {
            throw Unreachable(error, isWrite: false);
        }
    }

    // A connection that breaks ends the events, as one that is closed does.
    private static async Task<string?> LineAsync(StreamReader reader, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.ReadLineAsync(cancellationToken);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
