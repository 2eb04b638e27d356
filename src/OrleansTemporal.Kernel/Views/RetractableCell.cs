using System.Collections.Immutable;
using OrleansTemporal.Queries;

namespace OrleansTemporal.Views;

/// <summary>
/// One aggregate of one group that documents can be taken out of again: sums are exact, so what was added is subtracted; of
/// values that are compared every different one is kept with the number of documents that have it.
/// </summary>
internal sealed class RetractableCell(AggregateKind kind, string field)
{
    /// <summary>What a document brings that is counted whatever its fields.</summary>
    public static readonly byte[] AnyDocument = "*"u8.ToArray();

    private static readonly byte[] None = [];

    private readonly ExactSum? sum = kind is AggregateKind.Sum or AggregateKind.Avg ? new ExactSum() : null;
    private readonly SortedSet<Tally>? tallies = kind is AggregateKind.Min or AggregateKind.Max or AggregateKind.Distinct ? new SortedSet<Tally>(Tally.Order) : null;

    // Numbers with too many digits: as long as there is one, there is no sum.
    private readonly List<byte[]> tooLong = [];
    private long count;

    /// <summary>What of a field counts here; empty for nothing.</summary>
    /// <param name="value">Canonical bytes of the field; empty when the document does not have it.</param>
    public byte[] ValueOf(ReadOnlySpan<byte> value) =>
        value.IsEmpty || value[0] == 'n' ? None
        : kind == AggregateKind.Count ? AnyDocument
        : sum is not null && !OrderFilter.IsNumber(value[0]) ? None
        : value.ToArray();

    /// <inheritdoc cref="ValueOf(ReadOnlySpan{byte})"/>
    /// <param name="known">What the same field of the same document came to elsewhere; <see cref="IsOfField"/> holds for it.</param>
    public byte[] ValueOf(byte[] known) =>
        kind == AggregateKind.Count ? AnyDocument
        : sum is not null && !OrderFilter.IsNumber(known[0]) ? None
        : known;

    /// <summary>Whether a value is that of a field, and not a sign that there is one or none.</summary>
    public static bool IsOfField(byte[] value) => value.Length > 0 && !ReferenceEquals(value, AnyDocument);

    /// <summary>Takes a value in.</summary>
    /// <returns>The same bytes, as they are kept here already if they are.</returns>
    public byte[] Add(byte[] value)
    {
        if (value.Length == 0)
        {
            return value;
        }

        count++;
        if (sum is not null)
        {
            if (ExactSum.CanAdd(value))
            {
                sum.Add(value, field);
            }
            else
            {
                tooLong.Add(value);
            }
        }
        else if (tallies is not null)
        {
            var tally = new Tally(value);
            if (!tallies.TryGetValue(tally, out var known))
            {
                tallies.Add(tally);
                return value;
            }

            known.Count++;
            return known.Value;
        }

        return value;
    }

    public void Remove(byte[] value)
    {
        if (value.Length == 0)
        {
            return;
        }

        count--;
        if (sum is not null)
        {
            if (ExactSum.CanAdd(value))
            {
                sum.Add(Negative(value), field);
            }
            else
            {
                tooLong.Remove(tooLong.First(other => other.AsSpan().SequenceEqual(value)));
            }
        }
        else if (tallies is not null && tallies.TryGetValue(new Tally(value), out var known) && --known.Count == 0)
        {
            tallies.Remove(known);
        }
    }

    /// <exception cref="Errors.TemporalException">TooLarge, <c>query_too_large</c>; Invalid: a number is too long to be summed.</exception>
    public AggregateState ToState()
    {
        if (tooLong.Count > 0)
        {
            // Refuses it, in the words of a query.
            new ExactSum().Add(tooLong[0], field);
        }

        if (kind == AggregateKind.Distinct && tallies!.Count > Limits.QueryDistinctMax)
        {
            throw QueryMemory.TooLarge(field, Limits.QueryDistinctMax, "different values");
        }

        return new AggregateState
        {
            Count = kind is AggregateKind.Count or AggregateKind.Sum or AggregateKind.Avg ? count : 0,
            Sum = sum?.ToCanonical() ?? default(ReadOnlyMemory<byte>),
            Values = tallies is null || tallies.Count == 0 ? ImmutableArray<ReadOnlyMemory<byte>>.Empty
                : kind == AggregateKind.Distinct ? [.. tallies.Select(static tally => (ReadOnlyMemory<byte>)tally.Value)]
                : [kind == AggregateKind.Min ? tallies.Min!.Value : tallies.Max!.Value],
        };
    }

    private static byte[] Negative(byte[] number) => number[0] == '-' ? number[1..] : [(byte)'-', .. number];

    private sealed class Tally(byte[] value)
    {
        public static readonly Comparer<Tally> Order = Comparer<Tally>.Create(static (left, right) => ValueOrder.Compare(left.Value, right.Value));

        public byte[] Value { get; } = value;

        public long Count { get; set; } = 1;
    }
}
