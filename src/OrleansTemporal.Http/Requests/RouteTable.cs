using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;

namespace OrleansTemporal.Requests;

/// <summary>
/// Finds the endpoint of decoded segments. Framework routing compares literals without regard to case, so a key
/// <c>HISTORY</c> or <c>_SETTINGS</c> would hit the wrong route; here they are compared exactly.
/// </summary>
internal sealed class RouteTable
{
    private readonly Node root = new();

    /// <summary>Takes the endpoints that carry an <see cref="ApiRoute"/>.</summary>
    internal RouteTable(IEnumerable<Endpoint> endpoints)
    {
        foreach (var endpoint in endpoints.OfType<RouteEndpoint>())
        {
            if (endpoint.Metadata.GetMetadata<ApiRoute>() is { } route)
            {
                Add(endpoint, route.Method);
            }
        }
    }

    /// <summary>The endpoint for a method, or null; then <paramref name="allow"/> lists the methods that the path has, if any.</summary>
    internal Endpoint? Find(PathSegments path, string method, out string? allow)
    {
        allow = null;
        if (path.Count > PathSegments.CountMax)
        {
            return null;
        }

        SortedSet<string>? allowed = null;
        var endpoint = Find(root, path, 0, method, ref allowed);
        if (endpoint is null && allowed is not null)
        {
            if (allowed.Contains(HttpMethods.Get))
            {
                allowed.Add(HttpMethods.Head);
            }

            allow = string.Join(", ", allowed);
        }

        return endpoint;
    }

    private static Endpoint? Find(Node node, PathSegments path, int depth, string method, ref SortedSet<string>? allowed)
    {
        if (depth == path.Count)
        {
            foreach (var (known, endpoint) in node.Endpoints)
            {
                if (known == method || (known == HttpMethods.Get && method == HttpMethods.Head))
                {
                    return endpoint;
                }
            }

            foreach (var (known, _) in node.Endpoints)
            {
                (allowed ??= new(StringComparer.Ordinal)).Add(known);
            }

            return null;
        }

        var segment = path.GetSpan(depth);
        if (node.LiteralsBySpan.TryGetValue(segment, out var literal))
        {
            // What starts with an underscore is the system's: it is never also a key. POST routes such as
            // .../get share their place with the key "get".
            var found = Find(literal, path, depth + 1, method, ref allowed);
            if (found is not null || segment[0] == '_')
            {
                return found;
            }
        }

        return node.Parameter is null ? null : Find(node.Parameter, path, depth + 1, method, ref allowed);
    }

    private void Add(RouteEndpoint endpoint, string method)
    {
        var node = root;
        foreach (var segment in endpoint.RoutePattern.PathSegments)
        {
            node = segment.Parts[0] is RoutePatternLiteralPart literal
                ? node.GetLiteral(literal.Content)
                : node.Parameter ??= new Node();
        }

        node.Endpoints.Add((method, endpoint));
    }

    private sealed class Node
    {
        private readonly Dictionary<string, Node> literals = new(StringComparer.Ordinal);

        internal Node() => LiteralsBySpan = literals.GetAlternateLookup<ReadOnlySpan<char>>();

        internal Dictionary<string, Node>.AlternateLookup<ReadOnlySpan<char>> LiteralsBySpan { get; }

        internal Node? Parameter { get; set; }

        internal List<(string Method, Endpoint Endpoint)> Endpoints { get; } = [];

        internal Node GetLiteral(string text)
        {
            if (!literals.TryGetValue(text, out var node))
            {
                literals.Add(text, node = new Node());
            }

            return node;
        }
    }
}
