using OrleansTemporal.Causality;
using OrleansTemporal.Kv;

namespace OrleansTemporal.Views;

/// <summary>What a caller asks of a view.</summary>
public sealed record ViewRowsRequest
{
    /// <summary>Rows at most, 1 to <see cref="Limits.PageCountMax"/>.</summary>
    public int Limit { get; init; } = Limits.PageCountDefault;

    /// <summary>The moment that the answer holds for.</summary>
    public AsOf AsOf { get; init; }

    /// <summary>Where an earlier page ended; the moment is then its own.</summary>
    public KvQueryCursor? Cursor { get; init; }
}
