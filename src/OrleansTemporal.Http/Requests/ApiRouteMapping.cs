using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using OrleansTemporal.OpenApi;

namespace OrleansTemporal.Requests;

/// <summary>Maps one route of the API to its handler.</summary>
internal static class ApiRouteMapping
{
    /// <summary>
    /// Maps a method and pattern, with what OpenAPI says of it. Only <see cref="RouteTable"/> finds it: the framework's
    /// own matcher, which would find it in any case of letters, passes it over.
    /// </summary>
    internal static void MapApi(
        this IEndpointRouteBuilder endpoints, string method, string pattern, Func<ApiRequest, Task> handler, ApiDescription description) =>
        endpoints
            .MapMethods(pattern, [method], http => handler(http.Features.Get<ApiRequest>()!))
            .WithMetadata(new ApiRoute(method), description, new SuppressMatchingMetadata());
}
