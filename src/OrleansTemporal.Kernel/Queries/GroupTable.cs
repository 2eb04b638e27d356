using System.Buffers;
using System.Collections.Immutable;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Queries;

/// <summary>
/// Groups of documents by the values of some fields, with aggregates for each; one group of all documents when nothing is
/// grouped by. Bounded by <see cref="Limits.QueryGroupsMax"/> groups and by the query's memory. Not thread-safe.
/// </summary>
public sealed class GroupTable
{
    /// <summary>What an entry of a table takes beside its bytes, about.</summary>
    internal const int EntryBytes = 64;

    private readonly Dictionary<byte[], Group> groups = new(BytesComparer.Instance);
    private readonly ArrayBufferWriter<byte> key = new();
    private readonly (FieldPath Path, byte[] Label)[] by;
    private readonly (FieldPath? Path, AggregateField Field, byte[] Label)[] aggregates;
    private readonly QueryMemory memory;

    /// <summary>Makes an empty table.</summary>
    /// <exception cref="TemporalException">Invalid, <c>invalid_field</c>.</exception>
    public GroupTable(ImmutableArray<string> groupBy, ImmutableArray<AggregateField> aggregateFields, QueryMemory memory)
    {
        this.memory = memory;
        by = [.. groupBy.Select(static (path, index) => (FieldPath.Parse(path, $"groupBy[{index}]"), LabelOf(path)))];
        aggregates =
        [
            .. aggregateFields.Select(static field => (
                field is { Kind: AggregateKind.Count, Field: "*" } ? null : FieldPath.Parse(field.Field, $"aggregate.{field.Name}"),
                field,
                LabelOf(field.Name))),
        ];
        if (by.Length == 0)
        {
            Find([], []);
        }
    }

    /// <summary>Groups so far.</summary>
    public int Count => groups.Count;

    /// <summary>Takes a document in.</summary>
    /// <param name="document">Canonical JSON.</param>
    /// <exception cref="TemporalException">TooLarge, <c>query_too_large</c>; Invalid, a number too long to be summed.</exception>
    public void Add(ReadOnlySpan<byte> document)
    {
        key.ResetWrittenCount();
        foreach (var (path, _) in by)
        {
            ValueOrder.Append(path.Find(document), descending: false, key);
        }

        var group = groups.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(key.WrittenSpan, out var known)
            ? known
            : Find(key.WrittenSpan, ValuesOf(document));
        for (var i = 0; i < aggregates.Length; i++)
        {
            if (aggregates[i].Path is { } path)
            {
                group.Cells[i].Add(path.Find(document));
            }
            else
            {
                group.Cells[i].AddDocument();
            }
        }
    }

    /// <summary>Takes over a group of another part of the documents.</summary>
    /// <exception cref="TemporalException">TooLarge, <c>query_too_large</c>.</exception>
    public void Add(GroupState state)
    {
        var group = Find(state.Key.Span, [.. state.Values.Select(static value => value.ToArray())]);
        for (var i = 0; i < group.Cells.Length; i++)
        {
            group.Cells[i].Add(state.States[i]);
        }
    }

    /// <summary>All groups, to be taken over by another table.</summary>
    public ImmutableArray<GroupState> ToStates() =>
    [
        .. groups.Select(static pair => new GroupState
        {
            Key = pair.Key,
            Values = [.. pair.Value.Values.Select(static value => (ReadOnlyMemory<byte>)value)],
            States = [.. pair.Value.Cells.Select(static cell => cell.ToState())],
        }),
    ];

    /// <summary>Rows: one JSON object each, with the grouping fields under their paths, then the aggregates under their names.</summary>
    /// <param name="sort">Columns to order by, before the order of the groups themselves.</param>
    /// <exception cref="TemporalException">Invalid, <c>invalid_field</c>: no such column.</exception>
    public IEnumerable<byte[]> ToRows(ImmutableArray<SortField> sort = default)
    {
        var columns = sort.IsDefault ? [] : sort.Select((field, index) => (ColumnOf(field.Field, index), field.Descending)).ToArray();
        var rows = new List<(byte[] Order, byte[] Row)>(groups.Count);
        foreach (var (groupKey, group) in groups)
        {
            byte[][] cells = [.. group.Values, .. group.Cells.Select(static cell => cell.ToCanonical())];
            key.ResetWrittenCount();
            foreach (var (column, descending) in columns)
            {
                ValueOrder.Append(cells[column], descending, key);
            }

            key.Write(groupKey);
            rows.Add((key.WrittenSpan.ToArray(), ToRow(cells)));
        }

        rows.Sort(static (left, right) => left.Order.AsSpan().SequenceCompareTo(right.Order));
        return rows.Select(static row => row.Row);
    }

    private int ColumnOf(string name, int place)
    {
        byte[][] labels = [.. by.Select(static column => column.Label), .. aggregates.Select(static column => column.Label)];
        var label = LabelOf(name);
        var found = Array.FindIndex(labels, column => column.AsSpan().SequenceEqual(label));
        return found >= 0
            ? found
            : throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, $"'{name}' is no column of these groups.") { Field = $"sort[{place}].field" };
    }

    private byte[] ToRow(byte[][] cells)
    {
        var row = new ArrayBufferWriter<byte>();
        row.Write("{"u8);
        for (var i = 0; i < cells.Length; i++)
        {
            // Documents of this group do not have the field; aggregates are never empty.
            if (cells[i].Length > 0)
            {
                WriteMember(row, i < by.Length ? by[i].Label : aggregates[i - by.Length].Label, cells[i]);
            }
        }

        row.Write("}"u8);
        return row.WrittenSpan.ToArray();
    }

    private static void WriteMember(ArrayBufferWriter<byte> row, byte[] label, byte[] value)
    {
        if (row.WrittenCount > 1)
        {
            row.Write(","u8);
        }

        row.Write(label);
        row.Write(value);
    }

    private byte[][] ValuesOf(ReadOnlySpan<byte> document)
    {
        var values = new byte[by.Length][];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = by[i].Path.Find(document).ToArray();
        }

        return values;
    }

    private Group Find(ReadOnlySpan<byte> groupKey, byte[][] values)
    {
        var lookup = groups.GetAlternateLookup<ReadOnlySpan<byte>>();
        if (lookup.TryGetValue(groupKey, out var found))
        {
            return found;
        }

        if (groups.Count == Limits.QueryGroupsMax)
        {
            throw QueryMemory.TooLarge("groupBy", Limits.QueryGroupsMax, "groups");
        }

        memory.Take(groupKey.Length + values.Sum(static value => (long)value.Length) + (EntryBytes * (2 + aggregates.Length)), "groupBy");
        found = new Group(values, [.. aggregates.Select(aggregate => new Accumulator(aggregate.Field.Kind, $"aggregate.{aggregate.Field.Name}", memory))]);
        lookup[groupKey] = found;
        return found;
    }

    private static byte[] LabelOf(string name) => [.. JsonText.Quote(name), (byte)':'];

    private sealed record Group(byte[][] Values, Accumulator[] Cells);
}
