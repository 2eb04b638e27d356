using System.Collections.Immutable;
using System.Text;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Kv;

namespace OrleansTemporal.Agents.Tests.Oracles;

/// <summary>
/// What a storage agent is meant to be: a dictionary of lists. Nothing is sealed, cached, encoded or shared here, so there
/// is nothing to get wrong but the meaning.
/// </summary>
internal sealed class KvOracle(AgentId agent)
{
    private readonly SortedDictionary<string, List<OracleVersion>> keys = new(Utf8Keys.Order);
    private readonly List<Receipt> receipts = [];
    private readonly HashSet<WriteId> cleaned = [];
    private readonly uint digest = agent.Digest;

    public IEnumerable<string> Keys => keys.Keys;

    public IReadOnlyList<Receipt> Receipts => receipts;

    public HybridTimestamp LastTime => receipts.Count == 0 ? HybridTimestamp.Zero : receipts[^1].SystemTime;

    public long VersionCount => keys.Values.Sum(static versions => versions.Count);

    public long LiveKeyCount(HybridTimestamp now) => keys.Values.Count(versions => versions[^1].IsLiveAt(now));

    public long ValueBytes => keys.Values.Sum(static versions => versions.Sum(static version => version.Value is { } value ? Encoding.UTF8.GetByteCount(value) : 0L));

    /// <summary>The code that a write is refused with, or null when it is to be applied.</summary>
    public string? RefusalOf(ImmutableArray<KvOperation> operations, HybridTimestamp now)
    {
        // Inside a batch the earlier operations count, by the ids that they are about to get.
        var within = new Dictionary<string, (bool IsLive, WriteId Id)>(StringComparer.Ordinal);
        for (var i = 0; i < operations.Length; i++)
        {
            var operation = operations[i];
            var newest = Newest(operation.Key);
            var (isLive, id) = within.TryGetValue(operation.Key, out var earlier) ? earlier : (newest?.IsLiveAt(now) == true, newest?.Id ?? WriteId.None);
            if (operation.Kind == KvOperationKind.Delete && !isLive && operation.IfMatch is null)
            {
                return ErrorCodes.KeyNotFound;
            }

            var matches = operation.IfMatch is not { } match || (isLive && match == id);
            if (!matches || (operation.IfAbsent && isLive) || (operation.IfPresent && !isLive))
            {
                return ErrorCodes.PreconditionFailed;
            }

            within[operation.Key] = (operation.Kind == KvOperationKind.Put, new WriteId(agent.Digest, receipts.Count + 1, (ushort)i));
        }

        return null;
    }

    /// <summary>Checks a receipt and its outcomes against what they should be, and takes the write over.</summary>
    /// <param name="canonical">Canonical text of each operation's value; null for a delete.</param>
    /// <param name="closed">The latest moment that an answer was given for.</param>
    public void Accept(KvWrite write, IReadOnlyList<string?> canonical, KvWriteResult result, HybridTimestamp closed)
    {
        var receipt = result.Receipt;
        Assert.False(result.Replayed);
        Assert.Equal(agent, receipt.Agent);
        Assert.Equal(receipts.Count + 1, receipt.Sequence);
        Assert.True(receipt.SystemTime > LastTime, $"{receipt.SystemTime} does not follow {LastTime}");
        Assert.True(receipt.SystemTime > closed, $"{receipt.SystemTime} was stamped although {closed} has been answered for");
        Assert.Equal(write.Operations.Length, result.Outcomes.Length);
        receipts.Add(receipt);
        for (var i = 0; i < write.Operations.Length; i++)
        {
            var operation = write.Operations[i];
            var before = Newest(operation.Key);
            var isOver = before is { IsDeleted: false } && !before.IsLiveAt(receipt.SystemTime);
            var version = new OracleVersion(
                operation.Key,
                canonical[i],
                new WriteId(digest, receipt.Sequence, (ushort)i),
                isOver ? before!.Tombstone().Id : before?.Id ?? WriteId.None,
                receipt.SystemTime,
                write.Causes)
            {
                ExpiresAt = operation.TimeToLive is { } time ? new HybridTimestamp(receipt.SystemTime.Value + ((ulong)time.TotalMilliseconds << 16)) : null,
            };
            var expected = $"{operation.Key} #{version.Id} after #{version.Previous} created {canonical[i] is not null && (isOver || before is not { IsDeleted: false })} until {version.ExpiresAt}";
            var outcome = result.Outcomes[i];
            Assert.Equal(expected, $"{outcome.Key} #{outcome.WriteId} after #{outcome.PreviousWriteId} created {outcome.Created} until {outcome.ExpiresAt}");
            if (!keys.TryGetValue(operation.Key, out var versions))
            {
                keys[operation.Key] = versions = [];
            }

            versions.Add(version);
        }
    }

    public OracleVersion? Newest(string key) => keys.TryGetValue(key, out var versions) ? versions[^1] : null;

    /// <summary>Checks a delta that clean-up wrote by itself, and takes it over: it changes nothing that can be asked for.</summary>
    public void Clean(DeltaRecord delta, Distinction root, HybridTimestamp closed)
    {
        Assert.Equal(receipts.Count + 1, delta.Sequence);
        Assert.True(delta.SystemTime > LastTime && delta.SystemTime > closed);
        foreach (var operation in new KvPayloadReader(delta.Payload.Span))
        {
            var key = Encoding.UTF8.GetString(operation.Key);
            Assert.Equal(KvOperationKind.Expire, operation.Kind);
            Assert.True(Newest(key) is { IsDeleted: false } over && over.ExpiresAt <= delta.SystemTime, $"{key} is not over at {delta.SystemTime}");
            Assert.True(cleaned.Add(Newest(key)!.Id), $"{key} was cleaned up twice");
        }

        receipts.Add(new Receipt { Agent = agent, Sequence = delta.Sequence, SystemTime = delta.SystemTime, Root = root, Durability = Durability.Durable });
    }

    /// <summary>True when clean-up has written down everything that is over.</summary>
    public bool IsClean(HybridTimestamp now) => keys.Values.All(versions =>
        versions[^1].IsDeleted || versions[^1].IsLiveAt(now) || cleaned.Contains(versions[^1].Id));

    /// <summary>Ends of values, for choosing moments near to them.</summary>
    public IEnumerable<HybridTimestamp> Ends => keys.Values.SelectMany(static versions => versions).Select(static version => version.ExpiresAt).OfType<HybridTimestamp>();

    /// <summary>Live values at a time that end within a time, the first to end first.</summary>
    public List<OracleVersion> Expiring(HybridTimestamp time, TimeSpan within) =>
    [
        .. keys.Keys.Select(key => Get(key, time).Version)
            .OfType<OracleVersion>()
            .Where(version => version.ExpiresAt <= new HybridTimestamp(time.Value + ((ulong)within.TotalMilliseconds << 16)))
            .OrderBy(static version => version.ExpiresAt).ThenBy(static version => version.Key, Utf8Keys.Order),
    ];

    /// <summary>The live version at a time, and whether the key came only later.</summary>
    public (OracleVersion? Version, bool ExistsLater) Get(string key, HybridTimestamp time)
    {
        if (!keys.TryGetValue(key, out var versions))
        {
            return (null, false);
        }

        var found = versions.LastOrDefault(version => version.Time <= time);
        return (found?.IsLiveAt(time) == true ? found : null, found is null);
    }

    /// <summary>All versions of a key that a query asks for, without regard to its limit.</summary>
    public List<OracleVersion> History(KvHistoryQuery query, HybridTimestamp now)
    {
        if (!keys.TryGetValue(query.Key, out var versions))
        {
            return [];
        }

        var rows = new List<OracleVersion>();
        for (var i = 0; i < versions.Count; i++)
        {
            rows.Add(versions[i]);
            if (versions[i].ExpiresAt <= (i + 1 < versions.Count ? versions[i + 1].Time : now))
            {
                rows.Add(versions[i].Tombstone());
            }
        }

        var asked = rows.Where(version => version.Time >= query.From && (query.To == HybridTimestamp.Zero || version.Time < query.To)).ToList();
        if (!query.Ascending)
        {
            asked.Reverse();
        }

        var behind = query.Cursor.IsNone ? -1 : asked.FindIndex(version => version.Id == query.Cursor);
        return asked[(behind + 1)..];
    }

    /// <summary>Live keys of a prefix behind a key, as of a time.</summary>
    public List<OracleVersion> List(string prefix, string? after, HybridTimestamp time) =>
    [
        .. keys.Keys
            .Where(key => key.StartsWith(prefix, StringComparison.Ordinal) && (after is null || Utf8Keys.Order.Compare(key, after) > 0))
            .Select(key => Get(key, time).Version)
            .OfType<OracleVersion>(),
    ];
}
