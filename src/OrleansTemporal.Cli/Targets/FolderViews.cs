using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Commands;
using OrleansTemporal.Kv;
using OrleansTemporal.Views;

namespace OrleansTemporal.Targets;

/// <summary>The views of a workspace in a data folder.</summary>
internal sealed class FolderViews(ViewService views, string workspace) : IViewTarget
{
    private const int PageCount = 1_000;
    private static readonly CallContext Call = CallContext.Local;

    public async Task<bool> PutAsync(string view, ReadOnlyMemory<byte> definition, CancellationToken cancellationToken) =>
        (await views.PutAsync(Call, workspace, view, ViewDefinitionJson.Parse(definition.Span), cancellationToken)).Created;

    public async IAsyncEnumerable<JsonElement> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? after = null;
        while (true)
        {
            var page = await views.ListAsync(Call, workspace, after, PageCount, cancellationToken);
            foreach (var info in page)
                yield return ToJson(info);
            if (page.Length < PageCount)
                yield break;
            after = page[^1].Name;
        }
    }

    public async Task<QueryPage> ReadAsync(string view, string? asOf, int limit, string? cursor, CancellationToken cancellationToken)
    {
        var moment = AsOf.Latest;
        if (asOf is not null && !Moments.TryParse(asOf, out moment))
            throw Advice.Refuse($"'{asOf}' is no moment.");
        KvQueryCursor? place = null;
        if (cursor is not null && !KvQueryCursor.TryParse(cursor, out place))
            throw Advice.Refuse($"'{cursor}' is no cursor.");
        var result = await views.ReadAsync(Call, workspace, view, new ViewRowsRequest { AsOf = moment, Limit = limit, Cursor = place }, cancellationToken);
        return new QueryPage(
            [.. result.Rows.Select(static row => new KvListEntry(row.Key, row.WriteId, row.SystemTime) { Value = row.Value })],
            result.Groups,
            result.Total,
            result.Next?.ToString());
    }

    public async Task<long> RefreshAsync(string view, CancellationToken cancellationToken) => (await views.RefreshAsync(Call, workspace, view, cancellationToken)).RowCount;

    public async Task DeleteAsync(string view, CancellationToken cancellationToken) => await views.DeleteAsync(Call, workspace, view, cancellationToken);

    private static JsonElement ToJson(ViewInfo info)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("name", info.Name);
            ViewDefinitionJson.WriteMembers(json, info.Definition);
            json.WriteStartObject("state");
            json.WriteNumber("rows", info.Stats.RowCount);
            json.WriteNumber("bytes", info.Stats.Bytes);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return JsonDocument.Parse(buffer.WrittenMemory).RootElement.Clone();
    }
}
