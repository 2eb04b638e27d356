using System.Collections.Concurrent;

namespace OrleansTemporal.Server.Tests.Crash;

/// <summary>What is known of one key: its history as it was found, and the writes that it may hold since.</summary>
internal sealed class Trail
{
    public List<TrailRow> Rows { get; set; } = [];

    public ConcurrentQueue<Attempt> Open { get; private set; } = new();

    /// <summary>Takes the open writes, to look for them.</summary>
    public List<Attempt> Take()
    {
        var taken = Open;
        Open = new ConcurrentQueue<Attempt>();
        return [.. taken];
    }
}
