namespace OrleansTemporal.Requests;

/// <summary>The time of a request that waits or streams: until its client has gone or the server stops. Dispose it at the end.</summary>
internal sealed class Patience : IDisposable
{
    private readonly CancellationTokenSource source;
    private readonly Action leave;

    internal Patience(Action leave, params ReadOnlySpan<CancellationToken> ends)
    {
        source = CancellationTokenSource.CreateLinkedTokenSource(ends.ToArray());
        this.leave = leave;
    }

    /// <summary>Ends the request.</summary>
    internal CancellationToken Token => source.Token;

    /// <summary>Whether it has ended.</summary>
    internal bool IsOver => source.IsCancellationRequested;

    /// <inheritdoc/>
    public void Dispose()
    {
        source.Dispose();
        leave();
    }
}
