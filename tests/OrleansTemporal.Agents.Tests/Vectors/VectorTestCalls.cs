using System.Text;
using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Causality;
using OrleansTemporal.Vectors;

namespace OrleansTemporal.Agents.Tests.Vectors;

internal static class VectorTestCalls
{
    public const string Name = "faces";

    public static VectorSettings Small(int dimensions = 3, VectorMetric metric = VectorMetric.L2, string model = "") =>
        new() { Dimensions = dimensions, Metric = metric, Model = model, Neighbours = 4, ConstructionWidth = 20 };

    public static VectorSet Set(this TestStore store, string name = Name) => store.Database.Vectors(name);

    public static VectorOperation Put(string id, float[] vector, string? metadata = null) =>
        new() { Id = id, Vector = vector, Metadata = metadata is null ? default(ReadOnlyMemory<byte>) : Encoding.UTF8.GetBytes(metadata) };

    public static VectorOperation Remove(string id) => new() { Id = id, IsDelete = true };

    public static async Task<string[]> NearestAsync(this VectorSet set, float[] vector, int count = 10, AsOf asOf = default) =>
        [.. (await set.SearchAsync(vector, count, asOf)).Matches.Select(static match => match.Id)];

    public static ValueTask<VectorStats> StatsAsync(this TestStore store, string name = Name) => StatsOfAsync(store, name);

    private static async ValueTask<VectorStats> StatsOfAsync(TestStore store, string name) =>
        (await store.Database.VectorService.GetCollectionAsync(CallContext.Local, "default", name, CancellationToken.None)).Stats;
}
