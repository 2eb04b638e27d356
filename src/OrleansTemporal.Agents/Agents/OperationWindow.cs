using System.Diagnostics.CodeAnalysis;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Agents;

/// <summary>
/// The operations that an agent recognises: those of the last 24 hours, at most the newest
/// <see cref="Limits.OperationsRememberedMax"/>. Touched only under the gate.
/// </summary>
internal sealed class OperationWindow
{
    private static readonly long AgeMillisecondsMax = (long)TimeSpan.FromHours(24).TotalMilliseconds;

    private readonly Dictionary<string, OperationEntry> entries = new(StringComparer.Ordinal);
    private readonly Queue<OperationEntry> order = new();

    public int Count => entries.Count;

    public bool TryFind(string key, HybridTimestamp now, [NotNullWhen(true)] out OperationEntry? entry) =>
        entries.TryGetValue(key, out entry) && now.Milliseconds - entry.SystemTime.Milliseconds <= AgeMillisecondsMax;

    /// <summary>Remembers an operation; entries come in the order of their sequences.</summary>
    public void Add(OperationEntry entry)
    {
        if (entries.TryGetValue(entry.Key, out var same)
            && same.Sequence < entry.Sequence
            && entry.SystemTime.Milliseconds - same.SystemTime.Milliseconds <= AgeMillisecondsMax)
        {
            entry = entry with { Earlier = same };
        }

        entries[entry.Key] = entry;
        order.Enqueue(entry);
        while (order.Count > Limits.OperationsRememberedMax
            || (order.TryPeek(out var oldest) && entry.SystemTime.Milliseconds - oldest.SystemTime.Milliseconds > AgeMillisecondsMax))
        {
            var leaving = order.Dequeue();
            if (entries.TryGetValue(leaving.Key, out var present) && ReferenceEquals(present, leaving))
            {
                entries.Remove(leaving.Key);
            }
        }
    }

    /// <summary>Forgets salts and digests of the requests that made these deltas; that there was one stays known.</summary>
    public void EraseBodies(IReadOnlySet<long> sequences)
    {
        for (var i = order.Count; i > 0; i--)
        {
            var entry = order.Dequeue();
            if (sequences.Contains(entry.Sequence))
            {
                var erased = entry with { Salt = default, BodyHash = default };
                if (entries.TryGetValue(entry.Key, out var present) && ReferenceEquals(present, entry))
                {
                    entries[entry.Key] = erased;
                }

                entry = erased;
            }

            order.Enqueue(entry);
        }
    }

    /// <summary>Remembered operations with first ≤ sequence ≤ last, in order.</summary>
    public List<OperationEntry> Between(long first, long last) =>
        [.. order.Where(entry => entry.Sequence >= first && entry.Sequence <= last)];
}
