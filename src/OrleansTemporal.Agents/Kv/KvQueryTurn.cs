using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using OrleansTemporal.Causality;
using OrleansTemporal.Queries;

namespace OrleansTemporal.Kv;

/// <summary>One turn of a query over one agent: documents come in by key, rows, groups and counts come out.</summary>
internal sealed class KvQueryTurn
{
    private readonly KvQuery query;
    private readonly Filter filter;
    private readonly uint digest;
    private readonly Projection? projection;
    private readonly (FieldPath Path, bool Descending)[] sort;
    private readonly GroupTable? groups;
    private readonly TopRows<KvQueryRow>? top;
    private readonly QueryMemory memory = new();
    private readonly ArrayBufferWriter<byte> order = new();
    private readonly List<KvQueryRow> rows = [];
    private long keyCount;
    private long sealedKeyCount;
    private long byteCount;
    private long matchCount;
    private long rowBytes;

    /// <summary>Compiles what a query asks for beside its filter.</summary>
    /// <exception cref="Errors.TemporalException">Invalid, <c>invalid_field</c>.</exception>
    public KvQueryTurn(KvQuery query, Filter filter, uint digest)
    {
        this.query = query;
        this.filter = filter;
        this.digest = digest;
        projection = Projection.Of(query.Select);
        sort = CompileSort(query.Sort);
        groups = query.IsGrouped ? new GroupTable(query.GroupBy, query.Aggregates, memory) : null;
        top = sort.Length > 0 && query.RowCountMax > 0 ? new TopRows<KvQueryRow>(query.RowCountMax) : null;
    }

    /// <summary>The sealed delta that was read last.</summary>
    public KvSealedValues? Sealed { get; set; }

    /// <summary>True when no more keys are to be looked at in this turn.</summary>
    public bool IsOver => keyCount >= Limits.KeysScannedPerPageMax || byteCount >= Limits.QueryTurnBytesMax || IsFull;

    // In the order of keys what is found first is the answer.
    private bool IsFull => top is null && groups is null && query.RowCountMax > 0
        && (rows.Count >= query.RowCountMax || rowBytes >= Limits.QueryAnswerBytesMax);

    /// <summary>The columns of an order, ready to be found in documents.</summary>
    public static (FieldPath Path, bool Descending)[] CompileSort(ImmutableArray<SortField> fields) =>
        [.. fields.Select(static (field, index) => (FieldPath.Parse(field.Field, $"sort[{index}].field"), field.Descending))];

    /// <summary>Where a document stands in an order, behind which its key decides.</summary>
    public static void WriteOrder((FieldPath Path, bool Descending)[] sort, ReadOnlySpan<byte> document, string key, ArrayBufferWriter<byte> writer)
    {
        foreach (var (path, descending) in sort)
        {
            ValueOrder.Append(path.Find(document), descending, writer);
        }

        Encoding.UTF8.GetBytes(key.AsSpan(), writer);
    }

    /// <summary>Counts a key that was looked at.</summary>
    public void Look(bool isSealed)
    {
        keyCount++;
        sealedKeyCount += isSealed ? 1 : 0;
    }

    /// <summary>Takes a live document in.</summary>
    public void Take(KvKeyName key, long sequence, ushort ordinal, ulong time, ReadOnlyMemory<byte> value, HybridTimestamp expiresAt) =>
        Take(key, new WriteId(digest, sequence, ordinal), new HybridTimestamp(time), value, expiresAt);

    /// <summary>Takes a live document in that another agent wrote.</summary>
    public void Take(KvListEntry inherited) => Take(new KvKeyName(inherited.Key), inherited.WriteId, inherited.SystemTime, inherited.Value, inherited.ExpiresAt);

    /// <summary>Takes a live document in, whoever wrote it.</summary>
    public void Take(KvKeyName key, WriteId writeId, HybridTimestamp time, ReadOnlyMemory<byte> value, HybridTimestamp expiresAt)
    {
        byteCount += value.Length;
        if (!filter.Matches(value.Span))
        {
            return;
        }

        matchCount++;
        if (groups is not null)
        {
            groups.Add(value.Span);
        }
        else if (top is not null)
        {
            TakeInOrder(key.Text!, writeId, time, value, expiresAt);
        }
        else if (query.RowCountMax > 0)
        {
            var row = RowOf(key.Text!, writeId, time, value, expiresAt);
            rows.Add(row);
            rowBytes += row.Value.Length;
        }
    }

    /// <summary>What was found.</summary>
    public KvQueryPage ToPage(string? next, HybridTimestamp time) => new()
    {
        Rows = top is not null ? [.. top.Drain()] : [.. rows],
        Groups = groups?.ToStates() ?? [],
        MatchCount = matchCount,
        Next = next,
        SystemTime = time,
        KeyCount = keyCount,
        SealedKeyCount = sealedKeyCount,
        ByteCount = byteCount,
    };

    private void TakeInOrder(string key, WriteId writeId, HybridTimestamp time, ReadOnlyMemory<byte> value, HybridTimestamp expiresAt)
    {
        order.ResetWrittenCount();
        WriteOrder(sort, value.Span, key, order);
        var place = order.WrittenSpan;
        if ((!query.Above.IsEmpty && place.SequenceCompareTo(query.Above.Span) <= 0)
            || (!query.Below.IsEmpty && place.SequenceCompareTo(query.Below.Span) >= 0)
            || !top!.Welcomes(place))
        {
            return;
        }

        var row = RowOf(key, writeId, time, value, expiresAt) with { Order = place.ToArray() };
        memory.Take(row.Value.Length + row.Order.Length, "sort");
        if (top.Add(row, row.Order, out var drivenOut))
        {
            memory.Give(drivenOut!.Value.Length + drivenOut.Order.Length);
        }
    }

    /// <summary>A version as a row, with the fields that are asked for.</summary>
    public static KvQueryRow RowOf(Projection? projection, string key, KvVersion version) =>
        RowOf(projection, key, version.WriteId, version.SystemTime, version.Value, version.ExpiresAt ?? default);

    private KvQueryRow RowOf(string key, WriteId writeId, HybridTimestamp time, ReadOnlyMemory<byte> value, HybridTimestamp expiresAt) =>
        RowOf(projection, key, writeId, time, value, expiresAt);

    private static KvQueryRow RowOf(Projection? projection, string key, WriteId writeId, HybridTimestamp time, ReadOnlyMemory<byte> value, HybridTimestamp expiresAt)
    {
        if (projection is not null)
        {
            var selected = new ArrayBufferWriter<byte>();
            projection.Write(value.Span, selected);
            value = selected.WrittenMemory;
        }

        return new KvQueryRow(key, writeId, time, value) { ExpiresAt = expiresAt };
    }
}
