using System.Net;
using System.Text;
using System.Text.Json;

namespace OrleansTemporal.Server.Tests.Crash;

/// <summary>A complete answer of the server.</summary>
/// <param name="SystemTime">The header <c>x-ot-system-time</c>.</param>
/// <param name="Location">Where the operation that was started can be followed.</param>
internal sealed record Answer(HttpStatusCode Status, byte[] Bytes, string? SystemTime, string? Location)
{
    public bool IsSuccess => (int)Status is >= 200 and < 300;

    public JsonElement Body => JsonDocument.Parse(Bytes).RootElement;

    public string Text => $"{(int)Status} {Encoding.UTF8.GetString(Bytes)}";
}
