using Microsoft.AspNetCore.Routing;
using OrleansTemporal.OpenApi;
using OrleansTemporal.Requests;

namespace OrleansTemporal.Kv;

/// <summary>The routes of the kv facet.</summary>
internal static partial class KvEndpoints
{
    private const string Tag = "kv";
    private const string Documents = "/v1/{workspace}/kv/{namespace}";
    private const string Document = Documents + "/{key}";

    private const int WorkspaceSegment = 1;
    private const int NamespaceSegment = 3;
    private const int KeySegment = 4;

    /// <summary>Maps them.</summary>
    internal static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapApi("PUT", Document, PutAsync, new("putKey", Tag, "Writes a value under a key.")
        {
            Parameters = ["ttl", "If-Match", "If-None-Match", "x-ot-causes", "Idempotency-Key"],
            Body = "AnyJson",
            Answers = [(200, "KvWritten"), (201, "KvWritten")],
            Problems = [412, 413, 422, 429, 503],
        });
        endpoints.MapApi("GET", Document, GetAsync, new("getKey", Tag, "Reads the value of a key, now or as of a moment.")
        {
            Parameters = ["asOf", "If-None-Match"],
            Answers = [(200, "KvVersion"), (304, null)],
            Problems = [422],
        });
        endpoints.MapApi("DELETE", Document, DeleteAsync, new("deleteKey", Tag, "Ends the value of a key; its history stays.")
        {
            Parameters = ["If-Match", "x-ot-causes", "Idempotency-Key"],
            Answers = [(200, "KvWritten")],
            Problems = [412, 422, 429, 503],
        });
        endpoints.MapApi("GET", Document + "/history", HistoryAsync, new("getKeyHistory", Tag, "Lists the versions of a key, tombstones included.")
        {
            Parameters = ["limit", "order", "from", "to", "filter", "cursor", "asOf"],
            Answers = [(200, "KvHistory")],
            Problems = [413, 422],
        });
        endpoints.MapApi("GET", Documents, ListAsync, new("listKeys", Tag, "Lists the live keys of a namespace in the order of their bytes.")
        {
            Parameters = ["prefix", "limit", "after", "asOf"],
            Answers = [(200, "KvKeys")],
            Problems = [422],
        });
        endpoints.MapApi("GET", "/v1/{workspace}/kv", ListNamespacesAsync, new("listNamespaces", Tag, "Lists the namespaces with their counts.")
        {
            Parameters = ["limit", "after"],
            Answers = [(200, "KvNamespaces")],
        });
        endpoints.MapApi("POST", Documents + "/get", GetManyAsync, new("getKeys", Tag, "Reads many keys as of one moment.")
        {
            Parameters = ["asOf"],
            Body = "KvGetMany",
            Answers = [(200, "KvVersions")],
            Problems = [413, 422],
        });
        endpoints.MapApi("POST", Documents + "/query", QueryAsync, new("queryKeys", Tag, "Finds documents by a filter, in any order, or sums them up in groups.")
        {
            Parameters = ["cursor", "asOf"],
            Body = "KvQuery",
            Answers = [(200, "KvQueryAnswer")],
            Problems = [413, 422, 503],
        });
        endpoints.MapApi("POST", Documents + "/batch", BatchAsync, new("writeBatch", Tag, "Writes many keys, all or none for each agent.")
        {
            Parameters = ["x-ot-causes", "Idempotency-Key"],
            Body = "KvBatch",
            Answers = [(200, "KvBatchWritten")],
            Problems = [412, 413, 422, 429, 503],
        });
        endpoints.MapApi("GET", Documents + "/_expiring", ListExpiringAsync, new("listExpiring", Tag, "Lists the values that end soon, the first to end first.")
        {
            Parameters = ["within", "limit", "cursor", "asOf"],
            Answers = [(200, "KvExpirings")],
            Problems = [422],
        });
        endpoints.MapApi("POST", "/v1/{workspace}/erasures", EraseAsync, new("erase", Tag, "Erases documents for good, in every version and every file; waits until they are gone, at most ten seconds.")
        {
            Parameters = ["Idempotency-Key"],
            Body = "KvErasure",
            Answers = [(200, "KvErased"), (202, "KvErased")],
            Problems = [422, 429, 503],
        });
        endpoints.MapApi("GET", Documents + "/_settings", GetSettingsAsync, new("getNamespaceSettings", Tag, "Reads the settings of a namespace.")
        {
            Answers = [(200, "KvSettings")],
        });
        endpoints.MapApi("PUT", Documents + "/_settings", PutSettingsAsync, new("putNamespaceSettings", Tag, "Sets the settings of a namespace.")
        {
            Parameters = ["Idempotency-Key"],
            Body = "KvSettings",
            Answers = [(200, "KvSettingsWritten"), (201, "KvSettingsWritten")],
            Problems = [409, 422, 429, 503],
        });
    }

    private static string GetWorkspace(ApiRequest request) => request.GetName(WorkspaceSegment, "workspace");

    private static string GetNamespace(ApiRequest request) => request.GetName(NamespaceSegment, "namespace");
}
