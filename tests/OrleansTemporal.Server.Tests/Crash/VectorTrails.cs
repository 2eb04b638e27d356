using System.Collections.Concurrent;

namespace OrleansTemporal.Server.Tests.Crash;

/// <summary>What was acknowledged of each vector, and which writes were never answered.</summary>
internal sealed class VectorTrails
{
    private readonly ConcurrentDictionary<(string Collection, string Id), List<(int? Number, string Time)>> _states = new();
    private int _number = 1;

    public ConcurrentQueue<VectorAttempt> Unknown { get; } = new();

    public ICollection<(string Collection, string Id)> Ids => _states.Keys;

    /// <summary>Numbers that no vector has yet.</summary>
    public int Take(int count) => Interlocked.Add(ref _number, count) - count;

    /// <summary>The acknowledged states of a vector, the oldest first; no number for its end.</summary>
    public IReadOnlyList<(int? Number, string Time)> Of(string collection, string id) => _states.TryGetValue((collection, id), out var states) ? states : [];

    public int? NewestOf(string collection, string id) => Of(collection, id) is [.., var newest] ? newest.Number : null;

    /// <summary>Each vector has one writer at a time.</summary>
    public void Acknowledge(VectorAttempt attempt, string time)
    {
        for (var i = 0; i < attempt.Ids.Length; i++)
            _states.GetOrAdd((attempt.Collection, attempt.Ids[i]), static _ => []).Add((attempt.IsDelete ? null : attempt.First + i, time));
    }
}
