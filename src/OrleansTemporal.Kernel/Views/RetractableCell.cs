using System.Collections.Immutable;
using System.Runtime.InteropServices;
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

    // So many that are gone may wait for their turn in any case.
    private const int GoneMin = 16;

    private readonly ExactSum? sum = kind is AggregateKind.Sum or AggregateKind.Avg ? new ExactSum() : null;
    private readonly Dictionary<byte[], Tally>? tallies =
        kind is AggregateKind.Min or AggregateKind.Max or AggregateKind.Distinct ? new Dictionary<byte[], Tally>(BytesComparer.Instance) : null;

    // Every value that there is, the wanted one first, and some that are gone: to sort them all would cost each document a
    // walk through a tree, and only one of them is ever asked for.
    private readonly PriorityQueue<Tally, Tally>? extremes = kind switch
    {
        AggregateKind.Min => new PriorityQueue<Tally, Tally>(Tally.Ascending),
        AggregateKind.Max => new PriorityQueue<Tally, Tally>(Tally.Descending),
        _ => null,
    };


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
            ref var tally = ref CollectionsMarshal.GetValueRefOrAddDefault(tallies, value, out _);
            tally ??= Begin(value);
            tally.Count++;
            return tally.Value;
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
        else if (tallies is not null && tallies.TryGetValue(value, out var tally) && --tally.Count == 0)
        {
            tallies.Remove(value);
            if (extremes is not null && extremes.Count > GoneMin + (2 * tallies.Count))
            {
                extremes.Clear();
                extremes.EnqueueRange(tallies.Values.Select(static one => (one, one)));
            }
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
                : kind == AggregateKind.Distinct ? [.. tallies.Values.Order(Tally.Ascending).Select(static tally => (ReadOnlyMemory<byte>)tally.Value)]
                : [Extreme()],
        };
    }

    private Tally Begin(byte[] value)
    {
        var tally = new Tally(value);
        extremes?.Enqueue(tally, tally);
        return tally;
    }

    private byte[] Extreme()
    {
        while (extremes!.Peek().Count == 0)
        {
            extremes.Dequeue();
        }

        return extremes.Peek().Value;
    }

    private static byte[] Negative(byte[] number) => number[0] == '-' ? number[1..] : [(byte)'-', .. number];

    private sealed class Tally(byte[] value)
    {
        public static readonly Comparer<Tally> Ascending = Comparer<Tally>.Create(static (left, right) => ValueOrder.Compare(left.Value, right.Value));

        public static readonly Comparer<Tally> Descending = Comparer<Tally>.Create(static (left, right) => ValueOrder.Compare(right.Value, left.Value));

        public byte[] Value { get; } = value;

        /// <summary>Documents that have it; none when it is gone.</summary>
        public long Count { get; set; }
    }
}
