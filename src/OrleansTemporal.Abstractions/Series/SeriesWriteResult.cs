using OrleansTemporal.Causality;

namespace OrleansTemporal.Series;

/// <summary>What became of a write to one partition.</summary>
/// <param name="Receipt">Where its delta stands.</param>
/// <param name="IsReplay">True when the write had come before and this is its answer.</param>
public sealed record SeriesWriteResult(Receipt Receipt, bool IsReplay);
