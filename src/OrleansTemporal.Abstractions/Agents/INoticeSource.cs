namespace OrleansTemporal.Agents;

/// <summary>
/// The notice port: tells that agents have new deltas, once these are durable. Notices of one agent are coalesced to the
/// newest, and no listener, however slow, holds a writer up.
/// </summary>
public interface INoticeSource
{
    /// <summary>Begins to listen; what was durable before is not told.</summary>
    /// <param name="filter">Of which agents.</param>
    /// <returns>Dispose it to stop listening.</returns>
    INoticeReader Listen(NoticeFilter filter);
}
