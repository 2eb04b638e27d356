using System.Collections.Immutable;

namespace OrleansTemporal.Kv;

/// <summary>Live keys of slots that were taken over, read page by page from the agent that had them.</summary>
internal sealed class KvInheritedKeys(IStorageAgent agent, KvListQuery first)
{
    private KvListQuery query = first;
    private ImmutableArray<KvListEntry> entries = [];
    private int position;
    private bool isLast;

    public KvListEntry? Current => position < entries.Length ? entries[position] : null;

    /// <summary>Reads the first page, or the next one when the present is used up.</summary>
    public async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        while (position == entries.Length && !isLast)
        {
            var page = await agent.ListAsync(query, cancellationToken).ConfigureAwait(false);
            (entries, position, isLast) = (page.Entries, 0, page.Next is null);
            query = query with { After = page.Next };
        }
    }

    public async ValueTask<KvListEntry> PassAsync(CancellationToken cancellationToken)
    {
        var passed = entries[position++];
        await FillAsync(cancellationToken).ConfigureAwait(false);
        return passed;
    }
}
