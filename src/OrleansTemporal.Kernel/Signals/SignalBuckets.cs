using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace OrleansTemporal.Signals;

/// <summary>
/// The rings of all states: for each a sorted list of buckets, one for every minute (or hour) that has an event, from the
/// newest back to the length of the ring. A bucket knows its absolute minute, so nothing has to be rotated: what is too old is
/// left out by who reads and dropped by who writes. Lists lie in pieces by capacity, as columns, so that a window is summed
/// with vectors. Not thread-safe.
/// </summary>
internal sealed class SignalBuckets
{
    private const int IndexBits = 28;
    private const int IndexMask = (1 << IndexBits) - 1;

    // Even, so that the columns of 4 bytes fill whole doubles.
    private static readonly int[] Capacities = [2, 4, 8, 16, 32, 64, 128, Limits.SignalWindowHoursMax];

    private readonly double[][][] pieces = [.. Capacities.Select(static _ => Array.Empty<double[]>())];
    private readonly Stack<int>[] free = [.. Capacities.Select(static _ => new Stack<int>())];
    private readonly int[] used = new int[Capacities.Length];

    /// <summary>Bytes that they take.</summary>
    public long Bytes => pieces.Sum(static list => list.Sum(static piece => (piece?.Length ?? 0) * (long)sizeof(double)));

    /// <summary>Which minutes, or hours, have a bucket; ascending.</summary>
    public ReadOnlySpan<int> SlotsOf(int place, int count) => Open(place).Slots[..count];

    /// <summary>Events of each.</summary>
    public ReadOnlySpan<uint> CountsOf(int place, int count) => Open(place).Counts[..count];

    /// <summary>Sums of weights of each.</summary>
    public ReadOnlySpan<double> SumsOf(int place, int count) => Open(place).Sums[..count];

    /// <summary>Counts one event.</summary>
    /// <param name="place">Where the list is; changes when it grows.</param>
    /// <param name="count">Its length.</param>
    /// <param name="slot">The event's minute, or hour.</param>
    /// <param name="weight">Its weight.</param>
    /// <param name="length">How many minutes, or hours, the ring goes back.</param>
    /// <returns>False when it is older than the ring.</returns>
    public bool Add(ref int place, ref byte count, int slot, double weight, int length) =>
        (count > 0 && TryAddToNewest(place, count, slot, weight)) || Add(ref place, ref count, slot, 1, weight, length);

    /// <inheritdoc cref="Add(ref int, ref byte, int, double, int)"/>
    /// <param name="place">Where the list is; changes when it grows.</param>
    /// <param name="count">Its length.</param>
    /// <param name="slot">The minute, or hour.</param>
    /// <param name="events">How many events.</param>
    /// <param name="weight">Their weights together.</param>
    /// <param name="length">How many minutes, or hours, the ring goes back.</param>
    public bool Add(ref int place, ref byte count, int slot, ulong events, double weight, int length)
    {
        var at = 0;
        if (count > 0)
        {
            var list = Open(place);
            var newest = list.Slots[count - 1];
            if (slot == newest)
            {
                list.Add(count - 1, events, weight);
                return true;
            }

            if (slot <= (long)newest - length)
            {
                return false;
            }

            if (slot > newest)
            {
                DropBefore(list, ref count, (long)slot - length);
                at = count;
            }
            else
            {
                at = list.Slots[..count].BinarySearch(slot);
                if (at >= 0)
                {
                    list.Add(at, events, weight);
                    return true;
                }

                at = ~at;
            }
        }

        Insert(ref place, ref count, at, slot, events, weight);
        return true;
    }

    /// <summary>Adds up the newest buckets of a list.</summary>
    /// <param name="place">Where the list is.</param>
    /// <param name="end">Behind the last bucket that counts.</param>
    /// <param name="first">The first minute, or hour, that counts.</param>
    /// <param name="events">Events so far; those found are added.</param>
    /// <param name="sum">Weights so far; those found are added.</param>
    /// <returns>The first bucket that counted.</returns>
    public int Sum(int place, int end, int first, ref ulong events, ref double sum)
    {
        var list = Open(place);
        var slots = list.Slots[..end];
        var from = slots.Length > 0 && slots[0] >= first ? 0 : slots.BinarySearch(first);
        from = from < 0 ? ~from : from;
        events += SumOf(list.Counts[from..end]);
        sum += SumOf(list.Sums[from..end]);
        return from;
    }

    /// <summary>Gives a list back.</summary>
    public void Free(ref int place, ref byte count)
    {
        if (place != 0)
        {
            free[place >>> IndexBits].Push(place);
        }

        (place, count) = (0, 0);
    }

    // Four lanes everywhere, so that rounding does not depend on the machine.
    private static double SumOf(ReadOnlySpan<double> values)
    {
        var lanes = Vector256<double>.Zero;
        while (values.Length >= Vector256<double>.Count)
        {
            lanes += Vector256.Create(values);
            values = values[Vector256<double>.Count..];
        }

        var sum = lanes[0] + lanes[1] + (lanes[2] + lanes[3]);
        foreach (var value in values)
        {
            sum += value;
        }

        return sum;
    }

    private static ulong SumOf(ReadOnlySpan<uint> values)
    {
        var lanes = Vector256<ulong>.Zero;
        while (values.Length >= Vector256<uint>.Count)
        {
            var (low, high) = Vector256.Widen(Vector256.Create(values));
            lanes += low + high;
            values = values[Vector256<uint>.Count..];
        }

        var sum = Vector256.Sum(lanes);
        foreach (var value in values)
        {
            sum += value;
        }

        return sum;
    }

    private static void DropBefore(List list, ref byte count, long last)
    {
        var dropped = 0;
        while (dropped < count && list.Slots[dropped] <= last)
        {
            dropped++;
        }

        if (dropped > 0)
        {
            list.Move(dropped, 0, count - dropped);
            count -= (byte)dropped;
        }
    }

    private void Insert(ref int place, ref byte count, int at, int slot, ulong events, double weight)
    {
        var capacity = place == 0 ? 0 : Capacities[place >>> IndexBits];
        if (count == capacity)
        {
            var larger = Rent(place == 0 ? 0 : (place >>> IndexBits) + 1);
            var kept = count;
            if (place != 0)
            {
                Open(place).CopyTo(Open(larger), kept);
                Free(ref place, ref count);
            }

            (place, count) = (larger, kept);
        }

        var list = Open(place);
        list.Move(at, at + 1, count - at);
        list.Slots[at] = slot;
        list.Counts[at] = 0;
        list.Sums[at] = 0;
        list.Add(at, events, weight);
        count++;
    }

    // What nearly every event is: one more in the bucket that is open. By references, since the spans of a list cost as much again.
    private bool TryAddToNewest(int place, int count, int slot, double weight)
    {
        var size = place >>> IndexBits;
        var index = (place & IndexMask) - 1;
        var bits = PieceBits(size);
        var capacity = Capacities[size];
        ref var list = ref pieces[size][index >> bits][(index & ((1 << bits) - 1)) * 2 * capacity];
        if (Unsafe.Add(ref Unsafe.As<double, int>(ref list), count - 1) != slot)
        {
            return false;
        }

        ref var events = ref Unsafe.Add(ref Unsafe.As<double, uint>(ref list), capacity + count - 1);
        ref var sum = ref Unsafe.Add(ref list, capacity + count - 1);
        events += events < uint.MaxValue ? 1U : 0;
        sum = HalfLife.Saturate(sum + weight);
        return true;
    }

    private int Rent(int size)
    {
        if (free[size].TryPop(out var place))
        {
            return place;
        }

        var bits = PieceBits(size);
        var index = used[size]++;
        if (index >> bits == pieces[size].Length)
        {
            Array.Resize(ref pieces[size], Math.Max(2, pieces[size].Length * 2));
        }

        pieces[size][index >> bits] ??= new double[(2 * Capacities[size]) << bits];

        // Places begin at 1, so that 0 is none.
        return (size << IndexBits) | (index + 1);
    }

    private List Open(int place)
    {
        var size = place >>> IndexBits;
        var index = (place & IndexMask) - 1;
        var bits = PieceBits(size);
        var capacity = Capacities[size];
        return new List(pieces[size][index >> bits].AsSpan((index & ((1 << bits) - 1)) * 2 * capacity, 2 * capacity), capacity);
    }

    // Lists in one piece: many short ones, few long ones.
    private static int PieceBits(int size) => size < 3 ? 10 : 13 - size;

    private readonly ref struct List(Span<double> memory, int capacity)
    {
        public Span<int> Slots { get; } = MemoryMarshal.Cast<double, int>(memory[..(capacity / 2)]);

        public Span<uint> Counts { get; } = MemoryMarshal.Cast<double, uint>(memory[(capacity / 2)..capacity]);

        public Span<double> Sums { get; } = memory[capacity..];

        public void Add(int at, ulong events, double weight)
        {
            // Counts are of events, not of weights; four thousand million in one minute are as many as can be told apart.
            Counts[at] = (uint)Math.Min(Counts[at] + events, uint.MaxValue);
            Sums[at] = HalfLife.Saturate(Sums[at] + weight);
        }

        public void Move(int from, int to, int length)
        {
            Slots.Slice(from, length).CopyTo(Slots[to..]);
            Counts.Slice(from, length).CopyTo(Counts[to..]);
            Sums.Slice(from, length).CopyTo(Sums[to..]);
        }

        public void CopyTo(List target, int length)
        {
            Slots[..length].CopyTo(target.Slots);
            Counts[..length].CopyTo(target.Counts);
            Sums[..length].CopyTo(target.Sums);
        }
    }
}
