using System.Buffers;
using System.Collections.Immutable;
using OrleansTemporal.Causality;
using OrleansTemporal.Queries;

namespace OrleansTemporal.Views;

/// <summary>One definition of a chain of views over each other, compiled. Immutable and thread-safe.</summary>
internal sealed class ViewStage
{
    private readonly Filter filter;
    private readonly Projection? projection;
    private readonly (FieldPath Path, bool Descending)[] sort;

    public ViewStage(ViewDefinition definition)
    {
        Definition = definition;
        filter = Filter.Parse(definition.Filter.Span);
        projection = Projection.Of(definition.Select);
        sort = definition.IsGrouped ? [] : [.. definition.Sort.Select(static (field, index) => (FieldPath.Parse(field.Field, $"sort[{index}].field"), field.Descending))];
    }

    public ViewDefinition Definition { get; }

    public bool IsSorted => sort.Length > 0;

    public bool Passes(ReadOnlySpan<byte> document) => filter.Matches(document);

    /// <summary>What a row carries, as it is answered.</summary>
    public ReadOnlyMemory<byte> Select(ReadOnlyMemory<byte> document)
    {
        if (projection is null)
        {
            return document;
        }

        var selected = new ArrayBufferWriter<byte>();
        projection.Write(document.Span, selected);
        return selected.WrittenMemory;
    }

    /// <summary>What a row carries, as a document for the view above.</summary>
    public ReadOnlyMemory<byte> Hand(ReadOnlyMemory<byte> document) => projection is null ? document : CanonicalJson.Canonicalize(Select(document).Span);

    /// <summary>Where a document stands in the order.</summary>
    public void WriteOrder(ReadOnlySpan<byte> document, IBufferWriter<byte> writer)
    {
        foreach (var (path, descending) in sort)
        {
            ValueOrder.Append(path.Find(document), descending, writer);
        }
    }

    /// <summary>The answer over rows that have no keys.</summary>
    public List<byte[]> Run(IEnumerable<byte[]> rows)
    {
        var passing = rows.Select(static row => CanonicalJson.Canonicalize(row)).Where(row => Passes(row));
        if (Definition.IsGrouped)
        {
            var table = new GroupTable(Definition.GroupBy, Definition.Aggregates, new QueryMemory());
            foreach (var row in passing)
            {
                table.Add(row);
            }

            return [.. table.ToRows(Definition.Sort)];
        }

        return [.. Ordered(passing).Select(row => Select(row).ToArray())];
    }

    // Rows that are equal in all columns stay in the order that they come in.
    private IEnumerable<byte[]> Ordered(IEnumerable<byte[]> rows)
    {
        if (!IsSorted)
        {
            return rows;
        }

        return rows.Select(row =>
        {
            var order = new ArrayBufferWriter<byte>();
            WriteOrder(row, order);
            return (Order: order.WrittenSpan.ToArray(), Row: row);
        }).OrderBy(static pair => pair.Order, Comparer<byte[]>.Create(static (left, right) => left.AsSpan().SequenceCompareTo(right))).Select(static pair => pair.Row);
    }
}
