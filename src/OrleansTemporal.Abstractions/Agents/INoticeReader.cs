namespace OrleansTemporal.Agents;

/// <summary>One listener's side of the notice port. One call at a time.</summary>
public interface INoticeReader : IDisposable
{
    /// <summary>What is new since the last call; waits until something is.</summary>
    /// <exception cref="OperationCanceledException">The token ended the wait, or the reader was disposed of.</exception>
    ValueTask<NoticeBatch> ReadAsync(CancellationToken cancellationToken);
}
