using OrleansTemporal.Causality;

namespace OrleansTemporal.Views;

/// <summary>Asks a view for a page of its rows.</summary>
public sealed record ViewQuery
{
    /// <summary>Rows at most, 1 to <see cref="Limits.PageCountMax"/>.</summary>
    public int Limit { get; init; } = Limits.PageCountDefault;

    /// <summary>An instant that the answer holds for; with <see cref="IsLatest"/> one that it is not before.</summary>
    public AsOf AsOf { get; init; }

    /// <summary>True when the newest state is asked for; that of a manual view is the one of its last refresh.</summary>
    public bool IsLatest { get; init; }

    /// <summary>Rows on the pages before.</summary>
    public long Seen { get; init; }

    /// <summary>Key of the last row of the page before; null at the beginning, and for groups, which are counted.</summary>
    public string? After { get; init; }

    /// <summary>Rows of all pages, when an earlier page has said so.</summary>
    public long? Total { get; init; }
}
