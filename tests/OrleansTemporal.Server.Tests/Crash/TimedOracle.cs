using System.Collections.Concurrent;

namespace OrleansTemporal.Server.Tests.Crash;

/// <summary>
/// Knows when each request was sent and when it was answered, and compares that with the histories after a restart: an
/// acknowledged write is there once and as promised, writes one after the other are there in that order, what was
/// acknowledged before an acknowledged erasure was sent is erased and nothing else is, and what was found once stays.
/// It does not know which agents there are, so keys may move.
/// </summary>
internal sealed partial class TimedOracle(CampaignReport report)
{
    private readonly ConcurrentDictionary<int, Attempt> _attempts = new();
    private readonly ConcurrentDictionary<int, Erasure> _erasures = new();
    private readonly ConcurrentDictionary<(string Namespace, string Key), Trail> _trails = new();
    private readonly List<string> _erasedValues = [];
    private ConcurrentQueue<Sighting> _sightings = new();
    private long _now;
    private int _lastId;

    /// <summary>Values that were found erased, as canonical JSON, the newest last.</summary>
    public IReadOnlyList<string> ErasedValues => _erasedValues;

    /// <summary>Registers a write that is about to be sent.</summary>
    public Attempt Open(string name, IReadOnlyList<Operation> operations, bool idempotent, bool isAtomic = true)
    {
        var id = Interlocked.Increment(ref _lastId);
        var attempt = new Attempt
        {
            Id = id,
            Namespace = name,
            Operations = operations,
            IdempotencyKey = idempotent ? $"once-{id}" : null,
            IsAtomic = isAtomic,
            Begin = Interlocked.Increment(ref _now),
        };
        _attempts[id] = attempt;
        foreach (var operation in operations)
            _trails.GetOrAdd((name, operation.Key), static _ => new Trail()).Open.Enqueue(attempt);
        return attempt;
    }

    /// <summary>Takes notice of the answer to a write.</summary>
    public void Close(Attempt attempt) => attempt.End = attempt.Outcome == Outcome.Unknown ? long.MaxValue : Interlocked.Increment(ref _now);

    /// <summary>Registers an erasure that is about to be sent.</summary>
    public Erasure OpenErasure(string? name, string? key, string prefix)
    {
        var id = Interlocked.Increment(ref _lastId);
        return _erasures[id] = new Erasure { Id = id, Namespace = name, Key = key, Prefix = prefix, Begin = Interlocked.Increment(ref _now) };
    }

    /// <summary>Takes notice that an erasure was acknowledged.</summary>
    public void Close(Erasure erasure) => erasure.End = Interlocked.Increment(ref _now);

    /// <summary>Forgets an erasure that was refused because there was nothing: it changed nothing.</summary>
    public void Drop(Erasure erasure) => _erasures.TryRemove(erasure.Id, out _);

    public void Saw(Sighting sighting) => _sightings.Enqueue(sighting);

    /// <summary>Whether anybody ever wrote, or tried to write, this key.</summary>
    public bool Knows(string name, string key) => _trails.ContainsKey((name, key));

    /// <summary>Every row that was found, in no order that means anything.</summary>
    public IReadOnlyList<(string Namespace, TrailRow Row)> Rows =>
        [.. _trails.SelectMany(static trail => trail.Value.Rows.Select(row => (trail.Key.Namespace, row)))];

    /// <summary>The row that a read as of a moment rests on; null when there was none yet.</summary>
    public TrailRow? At(string name, string key, string systemTime) =>
        _trails[(name, key)].Rows.LastOrDefault(row => string.CompareOrdinal(row.Version.SystemTime, systemTime) <= 0);

    /// <summary>Keys with a value now, by namespace, in the order of their bytes.</summary>
    public ILookup<string, string> LiveKeys => _trails
        .Where(static trail => trail.Value.Rows is [.., { HasValue: true }])
        .OrderBy(static trail => trail.Key.Key, StringComparer.Ordinal)
        .ToLookup(static trail => trail.Key.Namespace, static trail => trail.Key.Key);

    /// <summary>Writes that their clients may send again: those of unknown outcome first.</summary>
    public IReadOnlyList<Attempt> Repeatable =>
    [
        .. _attempts.Values.Where(static attempt => attempt is { IdempotencyKey: not null, Outcome: not Outcome.Refused })
            .OrderBy(static attempt => attempt.Outcome),
    ];

    /// <summary>Erasures that nobody knows the end of.</summary>
    public IReadOnlyList<Erasure> UnknownErasures => [.. _erasures.Values.Where(static erasure => !erasure.IsAcknowledged).OrderBy(static erasure => erasure.Id)];

    /// <summary>Has a write looked for once more, because its client has sent it again.</summary>
    public void Reopen(Attempt attempt)
    {
        for (var i = 0; i < attempt.Operations.Count; i++)
        {
            if (attempt.FoundIds[i] is null)
                _trails[(attempt.Namespace, attempt.Operations[i].Key)].Open.Enqueue(attempt);
        }
    }
}
