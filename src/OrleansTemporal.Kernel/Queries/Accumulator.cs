using System.Buffers;
using System.Collections.Immutable;

namespace OrleansTemporal.Queries;

/// <summary>One aggregate of one group while documents come in.</summary>
internal sealed class Accumulator(AggregateKind kind, string field, QueryMemory memory)
{
    private readonly ExactSum? sum = kind is AggregateKind.Sum or AggregateKind.Avg ? new ExactSum() : null;
    private readonly HashSet<byte[]>? distinct = kind == AggregateKind.Distinct ? new HashSet<byte[]>(BytesComparer.Instance) : null;
    private byte[]? extreme;
    private long count;

    /// <summary>Takes the field of one document in; empty when it does not have it. Null counts as nothing.</summary>
    internal void Add(ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty || value[0] == 'n')
        {
            return;
        }

        switch (kind)
        {
            case AggregateKind.Count:
                count++;
                break;
            case AggregateKind.Sum or AggregateKind.Avg when OrderFilter.IsNumber(value[0]):
                count++;
                sum!.Add(value, field);
                break;
            case AggregateKind.Min or AggregateKind.Max:
                AddExtreme(value);
                break;
            case AggregateKind.Distinct:
                AddDistinct(value);
                break;
            default:
                // Sums are of numbers; what is none is passed over.
                break;
        }
    }

    /// <summary>Counts a document whatever its fields.</summary>
    internal void AddDocument() => count++;

    /// <summary>Takes over what another part of the documents came to.</summary>
    internal void Add(AggregateState state)
    {
        count += state.Count;
        if (!state.Sum.IsEmpty)
        {
            sum!.Add(state.Sum.Span, field);
        }

        foreach (var value in state.Values)
        {
            if (distinct is null)
            {
                AddExtreme(value.Span);
            }
            else
            {
                AddDistinct(value.Span);
            }
        }
    }

    internal AggregateState ToState() => new()
    {
        Count = count,
        Sum = sum?.ToCanonical() ?? default(ReadOnlyMemory<byte>),
        Values = distinct is not null ? [.. distinct.Select(static value => (ReadOnlyMemory<byte>)value)]
            : extreme is not null ? [extreme]
            : ImmutableArray<ReadOnlyMemory<byte>>.Empty,
    };

    /// <summary>What is answered: canonical JSON.</summary>
    internal byte[] ToCanonical() => kind switch
    {
        AggregateKind.Count => System.Text.Encoding.ASCII.GetBytes(count.ToString(System.Globalization.CultureInfo.InvariantCulture)),
        AggregateKind.Sum => sum!.ToCanonical(),
        AggregateKind.Avg => count == 0 ? "null"u8.ToArray() : sum!.Mean(count),
        AggregateKind.Distinct => ListDistinct(),
        _ => extreme ?? "null"u8.ToArray(),
    };

    private void AddExtreme(ReadOnlySpan<byte> value)
    {
        if (extreme is not null)
        {
            var order = ValueOrder.Compare(value, extreme);
            if (kind == AggregateKind.Min ? order >= 0 : order <= 0)
            {
                return;
            }

            memory.Give(extreme.Length);
        }

        memory.Take(value.Length, field);
        extreme = value.ToArray();
    }

    private void AddDistinct(ReadOnlySpan<byte> value)
    {
        if (!distinct!.GetAlternateLookup<ReadOnlySpan<byte>>().Add(value))
        {
            return;
        }

        if (distinct.Count > Limits.QueryDistinctMax)
        {
            throw QueryMemory.TooLarge(field, Limits.QueryDistinctMax, "different values");
        }

        memory.Take(value.Length + GroupTable.EntryBytes, field);
    }

    private byte[] ListDistinct()
    {
        var values = distinct!.ToArray();
        Array.Sort(values, static (left, right) => ValueOrder.Compare(left, right));
        var list = new ArrayBufferWriter<byte>();
        list.Write("["u8);
        foreach (var value in values)
        {
            if (list.WrittenCount > 1)
            {
                list.Write(","u8);
            }

            list.Write(value);
        }

        list.Write("]"u8);
        return list.WrittenSpan.ToArray();
    }
}
