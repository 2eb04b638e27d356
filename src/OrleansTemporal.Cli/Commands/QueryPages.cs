using System.Text;
using OrleansTemporal.Rendering;
using OrleansTemporal.Targets;

namespace OrleansTemporal.Commands;

/// <summary>Shows an answer that comes a page at a time, of documents or of groups, up to a number of rows.</summary>
/// <param name="Shown">Rows that were shown.</param>
/// <param name="Total">Rows that there are; null when that is not known.</param>
/// <param name="KeyCount">Keys that were looked at.</param>
/// <param name="ByteCount">Bytes that were looked at.</param>
internal sealed record QueryPages(long Shown, long? Total, long KeyCount, long ByteCount)
{
    private const int ExcerptLength = 100;

    /// <summary>Reads and shows.</summary>
    /// <param name="session">Where to.</param>
    /// <param name="selects">Whether the documents are objects with some fields only.</param>
    /// <param name="limit">The number of rows; 0 for all.</param>
    /// <param name="read">Reads a page of at most so many rows behind a cursor.</param>
    public static async Task<QueryPages> ShowAsync(Session session, bool selects, long limit, Func<int, string?, Task<QueryPage>> read)
    {
        var rows = new RowTable(selects);
        var (shown, keys, bytes, cursor) = (0L, 0L, 0L, (string?)null);
        QueryPage page;
        do
        {
            page = await read(limit == 0 ? Limits.PageCountMax : (int)Math.Min(limit - shown, Limits.PageCountMax), cursor);
            foreach (var document in page.Documents)
            {
                if (session.Answers.IsJson)
                    session.Answers.WriteJson(json => JsonShapes.WriteEntry(json, document));
                else
                    rows.Add(document);
            }

            foreach (var group in page.Groups)
            {
                if (session.Answers.IsJson)
                    session.Answers.WriteLine(Encoding.UTF8.GetString(group.Span));
                else
                    rows.Add(null, group);
            }

            shown += page.Documents.Count + page.Groups.Count;
            (keys, bytes, cursor) = (keys + page.KeyCount, bytes + page.ByteCount, page.Next);
        }
        while (cursor is not null && (limit == 0 || shown < limit));

        if (!session.Answers.IsJson)
            session.Answers.WriteTable(rows.ToTable(ExcerptLength));
        return new QueryPages(shown, page.Total, keys, bytes);
    }
}
