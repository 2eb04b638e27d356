using OrleansTemporal.Commands;
using OrleansTemporal.Kv;

namespace OrleansTemporal.Targets;

internal sealed partial class FolderTarget
{
    public async Task<QueryPage> QueryAsync(string ns, ReadOnlyMemory<byte> query, string? cursor, CancellationToken cancellationToken)
    {
        var request = KvQueryBody.Parse(query.Span, static text => Moments.TryParse(text, out var moment) ? moment : throw Advice.Refuse($"'{text}' is no moment."));
        if (cursor is not null && KvQueryCursor.TryParse(cursor, out var place))
            request = request with { Cursor = place };
        var result = await database.KvService.QueryAsync(Call, workspace, ns, request, cancellationToken);
        return new QueryPage(
            [.. result.Rows.Select(static row => new KvListEntry(row.Key, row.WriteId, row.SystemTime) { Value = row.Value })],
            result.Groups,
            result.Total,
            result.Next?.ToString())
        {
            KeyCount = result.Plan.KeyCount,
            ByteCount = result.Plan.ByteCount,
        };
    }
}
