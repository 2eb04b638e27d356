using OrleansTemporal.Causality;

namespace OrleansTemporal.Kv;

/// <summary>The answer to a read of one key.</summary>
/// <param name="Version">The live version, or null.</param>
/// <param name="ExistsLater">True when there is no value at the asked moment, but the key was first written after it.</param>
/// <param name="SystemTime">The moment that the answer holds for: the asked one, or that of the newest durable delta.</param>
public readonly record struct KvReadResult(KvVersion? Version, bool ExistsLater, HybridTimestamp SystemTime)
{
    /// <summary>True when there was a value at the asked moment that was erased later.</summary>
    public bool IsErased { get; init; }
}
