namespace OrleansTemporal.Kv;

/// <summary>The place of a version in a history that is being made.</summary>
/// <param name="Index">From 0, in the order of the query.</param>
/// <param name="IsTombstone">That clean-up wrote it, of a value that was over.</param>
internal readonly record struct KvHistoryRow(int Index, bool IsTombstone);
