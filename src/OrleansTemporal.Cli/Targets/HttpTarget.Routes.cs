using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using OrleansTemporal.Causality;
using OrleansTemporal.Commands;
using OrleansTemporal.Events;
using OrleansTemporal.Routing;

namespace OrleansTemporal.Targets;

internal sealed partial class HttpTarget
{
    private static readonly string[] RouteMembers = ["sourcePattern", "channels", "priority", "ttl", "conditions"];

    public async Task<bool> PutRouteAsync(string name, RouteDefinition route, CancellationToken cancellationToken)
    {
        var request = new RestRequest(HttpMethod.Put, PathOfRoute(name)) { Body = RouteJson.ToBytes(route), IsWrite = true };
        using var answer = await client.SendAsync(request, cancellationToken);
        return answer.Status == HttpStatusCode.Created;
    }

    public async Task<RouteInfo> GetRouteAsync(string name, AsOf asOf, CancellationToken cancellationToken)
    {
        var query = Moments.ToText(asOf) is { } moment ? $"?asOf={RestClient.Segment(moment)}" : "";
        using var answer = await client.SendAsync(new RestRequest(HttpMethod.Get, PathOfRoute(name) + query), cancellationToken);
        return ReadRoute(answer.Root);
    }

    public async Task DeleteRouteAsync(string name, CancellationToken cancellationToken)
    {
        using var answer = await client.SendAsync(new RestRequest(HttpMethod.Delete, PathOfRoute(name)) { IsWrite = true }, cancellationToken);
    }

    public async IAsyncEnumerable<RouteInfo> RoutesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var row in client.PagesAsync($"{root}/routes?limit={Limits.PageCountMax}", cancellationToken))
            yield return ReadRoute(row);
    }

    public async IAsyncEnumerable<DomainEvent> EventsAsync(IReadOnlyCollection<string> types, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var query = types.Count == 0 ? "" : $"?type={RestClient.Segment(string.Join(',', types))}";
        await foreach (var row in client.PagesAsync($"{root}/events{query}", cancellationToken))
        {
            yield return new DomainEvent
            {
                Type = row.GetProperty("type").GetString()!,
                Agent = AgentId.Parse(row.GetProperty("agent").GetString()!),
                Sequence = row.GetProperty("sequence").GetInt64(),
                SystemTime = RestAnswers.ReadInstant(row, "systemTime"),
                Root = Distinction.Parse(row.GetProperty("root").GetString()!),
                Data = Encoding.UTF8.GetBytes(row.GetProperty("data").GetRawText()),
            };
        }
    }

    private static RouteInfo ReadRoute(JsonElement row)
    {
        using var own = JsonSerializer.SerializeToDocument(row.EnumerateObject().Where(static member => RouteMembers.Contains(member.Name)).ToDictionary(static member => member.Name, static member => member.Value));
        return new RouteInfo
        {
            Name = row.GetProperty("name").GetString()!,
            Definition = RouteJson.Read(own.RootElement),
            Sequence = row.GetProperty("sequence").GetInt64(),
            SystemTime = RestAnswers.ReadInstant(row, "systemTime"),
        };
    }

    private string PathOfRoute(string name) => $"{root}/routes/{RestClient.Segment(Names.Validate(name, "route"))}";
}
