using System.Runtime.CompilerServices;
using OrleansTemporal.Causality;
using OrleansTemporal.Lineage;

namespace OrleansTemporal.Targets;

/// <summary>The rows of one question about lineage, page after page, all as of the moment of the first.</summary>
internal sealed class LineagePages(ITarget target, LineageQuery query, long countMax)
{
    /// <summary>False once a page said that a limit left something out.</summary>
    public bool IsComplete { get; private set; } = true;

    /// <summary>Whether there is a path; null when that is not asked.</summary>
    public bool? IsConnected { get; private set; }

    public async IAsyncEnumerable<LineageRow> RowsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var left = countMax;
        var next = query;
        while (left > 0)
        {
            var page = await target.AskLineageAsync(next with { Limit = (int)Math.Min(left, Limits.PageCountMax) }, cancellationToken);
            IsComplete &= page.IsComplete;
            IsConnected = page.IsConnected;
            foreach (var row in page.Rows)
                yield return row;
            left -= page.Rows.Length;
            if (page.Next is null)
                yield break;
            next = query with { Cursor = page.Next, AsOf = AsOf.At(page.AsOf) };
        }
    }
}
