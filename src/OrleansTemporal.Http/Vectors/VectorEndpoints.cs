using Microsoft.AspNetCore.Routing;
using OrleansTemporal.OpenApi;
using OrleansTemporal.Requests;

namespace OrleansTemporal.Vectors;

/// <summary>The routes of the vectors facet.</summary>
internal static partial class VectorEndpoints
{
    private const string Tag = "vectors";
    private const string Collection = "/v1/{workspace}/vectors/{collection}";
    private const string Vector = Collection + "/{vector}";

    private const int WorkspaceSegment = 1;
    private const int CollectionSegment = 3;
    private const int VectorSegment = 4;

    /// <summary>Maps them.</summary>
    internal static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapApi("PUT", Collection, PutCollectionAsync, new("putCollection", Tag, "Makes a collection; what it is never changes.")
        {
            Parameters = ["Idempotency-Key"],
            Body = "VectorSettings",
            Answers = [(200, "VectorCollectionWritten"), (201, "VectorCollectionWritten")],
            Problems = [409, 422, 429, 503],
        });
        endpoints.MapApi("GET", Collection, GetCollectionAsync, new("getCollection", Tag, "Says what a collection is, and how much there is of it.")
        {
            Answers = [(200, "VectorCollection")],
        });
        endpoints.MapApi("DELETE", Collection, DeleteCollectionAsync, new("deleteCollection", Tag, "Ends a collection; it is there as of earlier moments.")
        {
            Parameters = ["Idempotency-Key"],
            Answers = [(200, "Receipt")],
            Problems = [422, 429, 503],
        });
        endpoints.MapApi("GET", "/v1/{workspace}/vectors", ListCollectionsAsync, new("listCollections", Tag, "Lists the collections.")
        {
            Parameters = ["limit", "after"],
            Answers = [(200, "VectorCollections")],
        });
        endpoints.MapApi("GET", Collection + "/_vectors", ListVectorsAsync, new("listVectors", Tag, "Lists the vectors of a collection, partition by partition in the order of their writes, now or as of a moment.")
        {
            Parameters = ["limit", "cursor", "asOf"],
            Answers = [(200, "VectorList")],
            Problems = [422],
        });
        endpoints.MapApi("PUT", Vector, PutAsync, new("putVector", Tag, "Writes a vector with its metadata.")
        {
            Parameters = ["If-Match", "If-None-Match", "x-ot-causes", "Idempotency-Key"],
            Body = "VectorPut",
            Answers = [(200, "VectorWritten"), (201, "VectorWritten")],
            Problems = [412, 413, 422, 429, 503],
        });
        endpoints.MapApi("GET", Vector, GetAsync, new("getVector", Tag, "Reads a vector, now or as of a moment.")
        {
            Parameters = ["asOf", "If-None-Match"],
            Answers = [(200, "VectorVersion"), (304, null)],
            Problems = [422],
        });
        endpoints.MapApi("DELETE", Vector, DeleteAsync, new("deleteVector", Tag, "Ends a vector; it is there as of earlier moments.")
        {
            Parameters = ["If-Match", "x-ot-causes", "Idempotency-Key"],
            Answers = [(200, "VectorWritten")],
            Problems = [412, 422, 429, 503],
        });
        endpoints.MapApi("POST", Collection + "/batch", BatchAsync, new("writeVectors", Tag, "Writes many vectors, all or none; as JSON or as binary rows.")
        {
            Parameters = ["x-ot-causes", "Idempotency-Key"],
            Body = "VectorBatch",
            BinaryBody = "OTV1, u32 dimensions, then for each row: u16 length of the id, the id in UTF-8, u32 length of the metadata or 0, the metadata as JSON, and the values as float32; little-endian.",
            Answers = [(200, "VectorBatchWritten")],
            Problems = [413, 422, 429, 503],
        });
        endpoints.MapApi("POST", Collection + "/search", SearchAsync, new("searchVectors", Tag, "Finds the nearest vectors, now or as of a moment, the best first.")
        {
            Parameters = ["asOf"],
            Body = "VectorQuestion",
            Answers = [(200, "VectorAnswer")],
            Problems = [413, 422],
        });
    }

    private static string GetWorkspace(ApiRequest request) => request.GetName(WorkspaceSegment, "workspace");

    private static string GetCollection(ApiRequest request) => request.GetName(CollectionSegment, "collection");
}
