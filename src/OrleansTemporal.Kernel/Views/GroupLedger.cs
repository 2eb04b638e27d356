using System.Buffers;
using System.Collections.Immutable;
using OrleansTemporal.Queries;

namespace OrleansTemporal.Views;

/// <summary>
/// Groups of documents with their aggregates, from which documents can be taken out again: what <see cref="GroupTable"/> would
/// say of the documents that are in. O(aggregates) for sums and counts, O(log different values) for the others. Not thread-safe.
/// </summary>
public sealed class GroupLedger
{
    private readonly Dictionary<byte[], GroupLedgerRow> rows = new(BytesComparer.Instance);
    private readonly ArrayBufferWriter<byte> key = new();
    private readonly FieldPath[] by;
    private readonly (FieldPath? Path, AggregateField Field)[] aggregates;

    // For each aggregate the first one of the same field, which may be itself.
    private readonly int[] firsts;

    /// <summary>Makes an empty ledger.</summary>
    /// <exception cref="Errors.TemporalException">Invalid, <c>invalid_field</c>.</exception>
    public GroupLedger(ImmutableArray<string> groupBy, ImmutableArray<AggregateField> fields)
    {
        by = [.. groupBy.Select(static (path, index) => FieldPath.Parse(path, $"groupBy[{index}]"))];
        aggregates =
        [
            .. fields.Select(static field => (
                field is { Kind: AggregateKind.Count, Field: "*" } ? null : FieldPath.Parse(field.Field, $"aggregate.{field.Name}"), field)),
        ];
        firsts = [.. aggregates.Select((aggregate, i) => aggregate.Path is null ? i : Array.FindIndex(aggregates, other => other.Path is not null && other.Field.Field == aggregate.Field.Field))];
    }

    /// <summary>Groups that have documents.</summary>
    public int Count => rows.Count;

    /// <summary>About what the groups cost, without what their documents have brought in.</summary>
    public long Bytes { get; private set; }

    /// <summary>Takes a document in.</summary>
    /// <param name="document">Canonical JSON.</param>
    /// <returns>What to hand to <see cref="Remove"/> when it goes.</returns>
    public GroupContribution Add(ReadOnlySpan<byte> document)
    {
        key.ResetWrittenCount();
        foreach (var path in by)
        {
            ValueOrder.Append(path.Find(document), descending: false, key);
        }

        var row = rows.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(key.WrittenSpan, out var known) ? known : Begin(document);
        row.DocumentCount++;
        var values = new byte[aggregates.Length][];
        for (var i = 0; i < values.Length; i++)
        {
            var cell = row.Cells[i];
            var first = firsts[i];
            var value = aggregates[i].Path is not { } path ? RetractableCell.AnyDocument
                : first < i && RetractableCell.IsOfField(values[first]) ? cell.ValueOf(values[first])
                : cell.ValueOf(path.Find(document));
            values[i] = cell.Add(value);
            if (first < i && ReferenceEquals(values[first], value))
            {
                // One copy for all of them.
                values[first] = values[i];
            }
        }

        return new GroupContribution(row, values);
    }

    /// <summary>Takes a document out that was taken in.</summary>
    public void Remove(GroupContribution contribution)
    {
        ArgumentNullException.ThrowIfNull(contribution);
        var row = contribution.Row;
        if (--row.DocumentCount == 0)
        {
            rows.Remove(row.Key);
            Bytes -= row.Bytes;
            return;
        }

        for (var i = 0; i < row.Cells.Length; i++)
        {
            row.Cells[i].Remove(contribution.Values[i]);
        }
    }

    /// <summary>All groups as the states that <see cref="GroupTable.Add(GroupState)"/> takes. O(groups), and the different values that are listed.</summary>
    /// <exception cref="Errors.TemporalException">TooLarge, <c>query_too_large</c>; Invalid: a number is too long to be summed.</exception>
    public IEnumerable<GroupState> ToStates()
    {
        if (rows.Count > Limits.QueryGroupsMax)
        {
            throw QueryMemory.TooLarge("groupBy", Limits.QueryGroupsMax, "groups");
        }

        return rows.Values.Select(static row => new GroupState
        {
            Key = row.Key,
            Values = [.. row.Values.Select(static value => (ReadOnlyMemory<byte>)value)],
            States = [.. row.Cells.Select(static cell => cell.ToState())],
        });
    }

    private GroupLedgerRow Begin(ReadOnlySpan<byte> document)
    {
        var values = new byte[by.Length][];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = by[i].Find(document).ToArray();
        }

        var row = new GroupLedgerRow(
            key.WrittenSpan.ToArray(), values, [.. aggregates.Select(static aggregate => new RetractableCell(aggregate.Field.Kind, $"aggregate.{aggregate.Field.Name}"))]);
        rows.Add(row.Key, row);
        Bytes += row.Bytes;
        return row;
    }
}
