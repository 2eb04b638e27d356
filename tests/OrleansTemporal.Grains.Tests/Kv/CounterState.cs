namespace OrleansTemporal.Grains.Tests.Kv;

/// <summary>What the counter keeps.</summary>
public sealed class CounterState
{
    /// <summary>How far.</summary>
    public int Count { get; set; }

    /// <summary>What was added, in order.</summary>
    public List<int> Added { get; set; } = [];
}
