using System.Collections.Concurrent;

namespace OrleansTemporal.Server.Tests.Crash;

/// <summary>
/// Knows every write that was ever sent and what its client was told, and compares that with what the server shows after
/// a restart. What it found then is settled: it must be shown the same way for ever.
/// </summary>
internal sealed partial class Oracle(CampaignReport report)
{
    private readonly ConcurrentDictionary<int, Attempt> _attempts = new();
    private readonly ConcurrentDictionary<(string Namespace, string Key), List<KeyVersion>> _settled = new();
    private readonly Dictionary<string, long> _lastSequence = [];
    private readonly Dictionary<string, string> _lastRoot = [];
    private ConcurrentQueue<Attempt> _open = new();
    private ConcurrentQueue<Sighting> _sightings = new();
    private int _lastId;

    /// <summary>Registers a write that is about to be sent.</summary>
    public Attempt Open(string name, IReadOnlyList<Operation> operations, bool idempotent = false, string? ifMatch = null)
    {
        var id = Interlocked.Increment(ref _lastId);
        var attempt = new Attempt
        {
            Id = id,
            Namespace = name,
            Operations = operations,
            IdempotencyKey = idempotent ? $"once-{id}" : null,
            IfMatch = ifMatch,
        };
        foreach (var operation in operations)
            _settled.TryAdd((name, operation.Key), []);
        _attempts[id] = attempt;
        _open.Enqueue(attempt);
        return attempt;
    }

    /// <summary>Opens a settled write that was not applied once more, because its client tries again.</summary>
    public void Reopen(Attempt attempt) => _open.Enqueue(attempt);

    /// <summary>Whether anybody ever wrote, or tried to write, this key.</summary>
    public bool Knows(string name, string key) => _settled.ContainsKey((name, key));

    public void Saw(Sighting sighting) => _sightings.Enqueue(sighting);

    /// <summary>The newest settled version of a key; null when it was never written.</summary>
    public KeyVersion? Newest(string name, string key) => _settled.TryGetValue((name, key), out var versions) ? versions.LastOrDefault() : null;

    /// <summary>The settled version that a read as of a moment has to show; null for no value.</summary>
    public KeyVersion? At(string name, string key, string systemTime) =>
        _settled[(name, key)].LastOrDefault(version => string.CompareOrdinal(version.SystemTime, systemTime) <= 0) is { IsDeleted: false } version ? version : null;

    /// <summary>Every settled version, in no order that means anything.</summary>
    public IReadOnlyList<(string Namespace, KeyVersion Version)> Settled =>
        [.. _settled.SelectMany(entry => entry.Value.Select(version => (entry.Key.Namespace, version)))];

    /// <summary>Writes with an idempotency key, applied or not, that may be sent again.</summary>
    public IEnumerable<Attempt> Repeatable => _attempts.Values.Where(attempt => attempt.IdempotencyKey is not null && attempt.Outcome != Outcome.Refused);
}
