using System.Text;
using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Causality;
using OrleansTemporal.Kv;
using OrleansTemporal.Queries;
using OrleansTemporal.Views;

namespace OrleansTemporal.Agents.Tests.Views;

/// <summary>What a view has to answer: its query over all documents, and for a view over a view that over the rows of the other.</summary>
internal static class ViewOracle
{
    public static string TextOf(KvQueryRow row) => $"{row.Key} {row.WriteId} {Encoding.UTF8.GetString(row.Value.Span)}";

    public static async Task<List<string>> AnswerAsync(TestStore store, string view, AsOf asOf)
    {
        var definition = ViewDefinitionJson.Parse(Encoding.UTF8.GetBytes(ViewRun.Definitions[view]));
        if (definition.Source.StartsWith("kv/", StringComparison.Ordinal))
        {
            var result = await QueryAsync(store, definition, asOf);
            return [.. result.Rows.Select(TextOf), .. result.Groups.Select(static group => Encoding.UTF8.GetString(group.Span))];
        }

        var below = await QueryAsync(store, ViewDefinitionJson.Parse(Encoding.UTF8.GetBytes(ViewRun.Definitions[definition.Source["views/".Length..]])), asOf);
        var filter = Filter.Parse(definition.Filter.Span);
        var documents = below.Rows.Select(static row => row.Value).Concat(below.Groups)
            .Select(static value => CanonicalJson.Canonicalize(value.Span)).Where(document => filter.Matches(document)).ToList();
        if (definition.IsGrouped)
        {
            var table = new GroupTable(definition.GroupBy, definition.Aggregates, new QueryMemory());
            documents.ForEach(document => table.Add(document));
            return [.. table.ToRows(definition.Sort).Select(Encoding.UTF8.GetString)];
        }

        var paths = definition.Sort.Select(static field => FieldPath.Parse(field.Field, "sort")).ToArray();
        var projection = Projection.Of(definition.Select)!;
        return
        [
            .. documents
                .OrderBy(static document => document, Comparer<byte[]>.Create((left, right) => paths.Select(path => ValueOrder.Compare(path.Find(left), path.Find(right))).FirstOrDefault(static order => order != 0)))
                .Select(document =>
                {
                    var writer = new System.Buffers.ArrayBufferWriter<byte>();
                    projection.Write(document, writer);
                    return Encoding.UTF8.GetString(writer.WrittenSpan);
                }),
        ];
    }

    private static async Task<KvQueryResult> QueryAsync(TestStore store, ViewDefinition definition, AsOf asOf)
    {
        var request = new KvQueryRequest
        {
            Filter = definition.Filter,
            Select = definition.Select,
            Sort = definition.Sort,
            GroupBy = definition.GroupBy,
            Aggregates = definition.Aggregates,
            AsOf = asOf,
            Limit = 1_000,
            UseIndexes = false,
        };
        var result = await store.Kv.QueryAsync(CallContext.Local, ViewRun.Workspace, ViewRun.Namespace, request, CancellationToken.None);
        Assert.Null(result.Next);
        return result;
    }
}
