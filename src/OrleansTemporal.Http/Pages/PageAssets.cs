using System.Collections.Frozen;
using Microsoft.AspNetCore.Routing;
using OrleansTemporal.Errors;
using OrleansTemporal.Requests;

namespace OrleansTemporal.Pages;

/// <summary>Scripts and styles of the first page. They are part of the program: nothing is fetched from elsewhere.</summary>
internal static class PageAssets
{
    private const int NameSegment = 1;

    private static readonly FrozenDictionary<string, (byte[] Bytes, string ContentType)> All = new Dictionary<string, (byte[], string)>
    {
        ["plot.js"] = (Read("plot.js"), "text/javascript; charset=utf-8"),
        ["plot.css"] = (Read("plot.css"), "text/css; charset=utf-8"),
        ["uPlot.js"] = (Read("uPlot.js"), "text/javascript; charset=utf-8"),
        ["uPlot.css"] = (Read("uPlot.css"), "text/css; charset=utf-8"),
        ["uPlot.LICENSE.txt"] = (Read("uPlot.LICENSE.txt"), "text/plain; charset=utf-8"),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Maps their route.</summary>
    internal static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapApi("GET", "/pages/{asset}", SendAsync, new("getPageAsset", "health", "A script or style of the first page.")
        {
            Answers = [(200, "Html")],
            ContentType = "text/plain",
            Problems = [404],
        });

    private static Task SendAsync(ApiRequest request)
    {
        if (!All.TryGetValue(request.Path[NameSegment], out var asset))
        {
            throw new ProblemException(new Problem(404, ErrorCodes.RouteNotFound, "The first page has no such part."));
        }

        var response = request.Http.Response;
        response.ContentType = asset.ContentType;
        response.ContentLength = asset.Bytes.Length;
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.CacheControl = "no-cache";
        Answers.StampSystemTime(request);
        return response.Body.WriteAsync(asset.Bytes, request.Cancellation).AsTask();
    }

    private static byte[] Read(string name)
    {
        using var stream = typeof(PageAssets).Assembly.GetManifestResourceStream($"pages/{name}")
            ?? throw new InvalidOperationException($"The program was built without {name}.");
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
