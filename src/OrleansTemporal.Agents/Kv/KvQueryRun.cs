using OrleansTemporal.Causality;
using OrleansTemporal.Queries;

namespace OrleansTemporal.Kv;

/// <summary>One request over the partitions of a namespace, turn by turn.</summary>
internal sealed partial class KvQueryRun
{
    private readonly KvQueryRequest request;
    private readonly KvQuery template;
    private readonly Part[] parts;
    private long keyCount;
    private long sealedKeyCount;
    private long byteCount;
    private long matchCount;
    private int turnCount;

    /// <summary>Begins a query at the partitions of a namespace; none when the namespace is not there.</summary>
    public KvQueryRun(KvQueryRequest request, AsOf moment, IEnumerable<IStorageAgent> agents, long mapVersion, int agentCount)
        : this(request, moment, agents.Select(static agent => (Func<KvQuery, CancellationToken, ValueTask<KvQueryPage>>)agent.QueryAsync), mapVersion, agentCount)
    {
    }

    /// <summary>Begins a query at whatever answers it turn by turn.</summary>
    public KvQueryRun(
        KvQueryRequest request, AsOf moment, IEnumerable<Func<KvQuery, CancellationToken, ValueTask<KvQueryPage>>> sources, long mapVersion, int agentCount)
    {
        this.request = request;
        template = new KvQuery
        {
            Prefix = request.Prefix,
            Filter = request.Filter,
            Select = request.Select,
            Sort = request.Aggregates.IsEmpty && request.GroupBy.IsEmpty ? request.Sort : [],
            GroupBy = request.GroupBy,
            Aggregates = request.Aggregates,
            AsOf = moment,
            MapVersion = mapVersion,
            AgentCount = agentCount,
        };
        Moment = moment.SystemTime ?? default;
        parts = [.. sources.Select(static source => new Part { Ask = source })];
    }

    /// <summary>The moment that the answer holds for; known once a partition has answered.</summary>
    public HybridTimestamp Moment { get; private set; }

    /// <summary>Runs the query as it asks to be run.</summary>
    /// <param name="above">With a cursor into an order: where its row stands.</param>
    public ValueTask<KvQueryResult> RunAsync(ReadOnlyMemory<byte> above, CancellationToken cancellationToken) =>
        template.IsGrouped ? GroupAsync(cancellationToken)
        : template.Sort.IsEmpty ? InKeyOrderAsync(cancellationToken)
        : InOrderAsync(above, cancellationToken);

    private long Seen => request.Cursor?.Seen ?? 0;

    // What earlier pages have not skipped yet: one may have ended early.
    private int Skip => (int)Math.Max(0, request.Skip - Seen);

    private async ValueTask<KvQueryResult> GroupAsync(CancellationToken cancellationToken)
    {
        var table = new GroupTable(request.GroupBy, request.Aggregates, new QueryMemory());
        while (await AdvanceAsync(template, static part => true, cancellationToken).ConfigureAwait(false) is { Length: > 0 } pages)
        {
            foreach (var group in pages.SelectMany(static page => page.Groups))
            {
                table.Add(group);
            }
        }

        var before = Seen + Skip;
        var groups = new List<ReadOnlyMemory<byte>>();
        var bytes = 0L;
        foreach (var row in table.ToRows(request.Sort).Skip((int)Math.Min(before, int.MaxValue)).Take(request.Limit))
        {
            groups.Add(row);
            bytes += row.Length;
            if (bytes >= Limits.QueryAnswerBytesMax)
            {
                break;
            }
        }

        return Result("groups", table.Count, before + groups.Count < table.Count ? Cursor(before + groups.Count, table.Count, null) : null) with
        {
            Groups = [.. groups],
        };
    }

    private async ValueTask<KvQueryResult> InOrderAsync(ReadOnlyMemory<byte> above, CancellationToken cancellationToken)
    {
        var top = new TopRows<KvQueryRow>(Skip + request.Limit);
        var memory = new QueryMemory();
        var query = template with { RowCountMax = Skip + request.Limit, Above = above };
        while (await AdvanceAsync(query with { Below = top.Bound }, static part => true, cancellationToken).ConfigureAwait(false) is { Length: > 0 } pages)
        {
            foreach (var row in pages.SelectMany(static page => page.Rows).Where(row => top.Welcomes(row.Order.Span)))
            {
                memory.Take(row.Value.Length + row.Order.Length, "sort");
                if (top.Add(row, row.Order, out var drivenOut))
                {
                    memory.Give(drivenOut!.Value.Length + drivenOut.Order.Length);
                }
            }
        }

        var rows = new List<KvQueryRow>();
        var bytes = 0L;
        foreach (var row in top.Drain().Skip(Skip))
        {
            rows.Add(row);
            bytes += row.Value.Length;
            if (bytes >= Limits.QueryAnswerBytesMax)
            {
                break;
            }
        }

        var seen = Seen + Skip + rows.Count;
        return Result("order", matchCount, rows.Count > 0 && seen < matchCount ? Cursor(seen, matchCount, rows[^1].Key) : null) with { Rows = [.. rows] };
    }

    // One more turn of each partition that is wanted and not through; none when there is no such partition.
    private async ValueTask<KvQueryPage[]> AdvanceAsync(KvQuery query, Func<Part, bool> isWanted, CancellationToken cancellationToken)
    {
        var due = parts.Where(part => !part.IsDone && isWanted(part)).ToArray();
        var pages = await Task.WhenAll(due.Select(part => part.Ask(query with { After = part.After ?? query.After }, cancellationToken).AsTask())).ConfigureAwait(false);
        for (var i = 0; i < due.Length; i++)
        {
            var page = pages[i];
            due[i].After = page.Next ?? due[i].After;
            due[i].IsDone = page.Next is null;
            foreach (var row in page.Rows)
            {
                due[i].Rows.Enqueue(row);
            }

            Moment = page.SystemTime;
            keyCount += page.KeyCount;
            sealedKeyCount += page.SealedKeyCount;
            byteCount += page.ByteCount;
            matchCount += page.MatchCount;
            turnCount++;
        }

        return pages;
    }

    private KvQueryCursor Cursor(long seen, long? total, string? after) => new(Moment, seen, total, after);

    private KvQueryResult Result(string path, long? total, KvQueryCursor? next) => new()
    {
        Total = total,
        Next = next,
        AsOf = Moment,
        Plan = new KvQueryPlan
        {
            Path = path,
            KeyCount = keyCount,
            SealedKeyCount = sealedKeyCount,
            ByteCount = byteCount,
            PartitionCount = parts.Length,
            TurnCount = turnCount,
            ExitedEarly = parts.Any(static part => !part.IsDone),
        },
    };

    private sealed class Part
    {
        public required Func<KvQuery, CancellationToken, ValueTask<KvQueryPage>> Ask { get; init; }

        /// <summary>Rows that were found and not yet given out, in the order of keys.</summary>
        public Queue<KvQueryRow> Rows { get; } = [];

        /// <summary>Every key up to here was looked at.</summary>
        public string? After { get; set; }

        public bool IsDone { get; set; }
    }
}
