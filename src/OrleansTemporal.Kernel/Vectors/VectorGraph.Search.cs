using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace OrleansTemporal.Vectors;

public sealed unsafe partial class VectorGraph
{
    /// <summary>
    /// The nearest linked rows that a selection accepts, nearest first. Allocates nothing once a search has run before.
    /// Cost: about <paramref name="width"/> times 10 to 20 distances when all rows are accepted, and so many times more as
    /// the accepted ones are fewer.
    /// </summary>
    /// <param name="query">As many floats as the rows have.</param>
    /// <param name="width">How many candidates are followed (<c>ef</c>); at least as many as there is room in <paramref name="hits"/>.</param>
    /// <param name="selection">What may be answered with.</param>
    /// <param name="hits">Where the rows go.</param>
    /// <returns>How many there are.</returns>
    public int Search<TSelection>(ReadOnlySpan<float> query, int width, TSelection selection, Span<VectorHit> hits)
        where TSelection : struct, IVectorSelection =>
        SearchWithout(query, -1, width, selection, hits);

    /// <summary>The same as if one row were not there at all: how a graph is measured with its own rows as queries.</summary>
    internal int SearchWithout<TSelection>(ReadOnlySpan<float> query, int hidden, int width, TSelection selection, Span<VectorHit> hits)
        where TSelection : struct, IVectorSelection
    {
        if (query.Length != rows.Dimensions)
        {
            throw new ArgumentException($"A query has {rows.Dimensions} values, not {query.Length}.", nameof(query));
        }

        var start = Volatile.Read(ref entrance);
        if (start.Row < 0 || hits.IsEmpty)
        {
            return 0;
        }

        var scratch = pool.Rent();
        var laidOut = scratch.LayOut(rows, query);
        width = Math.Max(width, hits.Length);
        var count = (rows.Metric, rows.Codes) switch
        {
            (VectorMetric.L2, null) => Search<L2Distance, L2Distance, TSelection>(scratch, start, laidOut, laidOut, hidden, width, selection, hits),
            (VectorMetric.Cosine, null) => Search<CosineDistance, CosineDistance, TSelection>(scratch, start, laidOut, laidOut, hidden, width, selection, hits),
            (_, null) => Search<DotDistance, DotDistance, TSelection>(scratch, start, laidOut, laidOut, hidden, width, selection, hits),
            (VectorMetric.L2, _) => Search<L2Codes, L2Distance, TSelection>(scratch, start, scratch.LayOutCodes(rows, query), laidOut, hidden, width, selection, hits),
            (VectorMetric.Cosine, _) => Search<CosineCodes, CosineDistance, TSelection>(scratch, start, scratch.LayOutCodes(rows, query), laidOut, hidden, width, selection, hits),
            _ => Search<DotCodes, DotDistance, TSelection>(scratch, start, scratch.LayOutCodes(rows, query), laidOut, hidden, width, selection, hits),
        };
        pool.Return(scratch);
        GC.KeepAlive(this);
        return count;
    }

    // Walks by one distance, and puts what it found into the order of the other.
    private int Search<TDistance, TExact, TSelection>(
        VectorScratch scratch, Entrance start, float* query, float* exact, int hidden, int width, TSelection selection, Span<VectorHit> hits)
        where TDistance : struct, IVectorDistance
        where TExact : struct, IVectorDistance
        where TSelection : struct, IVectorSelection
    {
        var nearest = start.Row;
        for (var level = start.Level; level > 0; level--)
        {
            nearest = Descend<TDistance>(query, nearest, level, hidden);
        }

        scratch.Reset(rows.Count);
        if (hidden >= 0)
        {
            scratch.Mark(hidden);
        }

        if (typeof(TSelection) == typeof(AllVectors))
        {
            Follow<TDistance>(scratch, query, nearest, hidden, 0, width);
        }
        else
        {
            FollowSelected<TDistance, TSelection>(scratch, query, nearest, hidden, width, selection);
        }

        var keys = scratch.Beam.Keys;
        if (typeof(TDistance) != typeof(TExact))
        {
            Rank<TExact>(keys, exact);
        }

        var count = Math.Min(keys.Length, hits.Length);
        for (var i = 0; i < count; i++)
        {
            hits[i] = new VectorHit(VectorKey.Row(keys[i]), VectorKey.Distance(keys[i]));
        }

        return count;
    }

    private void Rank<TExact>(Span<ulong> keys, float* query)
        where TExact : struct, IVectorDistance
    {
        for (var i = 0; i < keys.Length; i++)
        {
            if (i + 1 < keys.Length)
            {
                Prefetch<TExact>(TExact.At(rows, VectorKey.Row(keys[i + 1])));
            }

            var row = VectorKey.Row(keys[i]);
            keys[i] = VectorKey.Make(TExact.Between(query, TExact.At(rows, row), TExact.LengthOf(rows), float.PositiveInfinity), row);
        }

        keys.Sort();
    }

    // To the nearest row that can be reached by going nearer step by step.
    private int Descend<TDistance>(float* query, int from, int level, int hidden)
        where TDistance : struct, IVectorDistance
    {
        var length = TDistance.LengthOf(rows);
        var nearest = from;
        var distance = from == hidden ? float.PositiveInfinity : TDistance.Between(query, TDistance.At(rows, from), length, float.PositiveInfinity);
        while (true)
        {
            var before = nearest;
            var list = ListOf(nearest, level);
            var count = list is null ? 0 : *list;
            for (var i = 1; i <= count; i++)
            {
                var row = list[i];
                if (i < count)
                {
                    Prefetch<TDistance>(TDistance.At(rows, list[i + 1]));
                }

                var other = row == hidden ? float.PositiveInfinity : TDistance.Between(query, TDistance.At(rows, row), length, distance);
                if (other < distance)
                {
                    (nearest, distance) = (row, other);
                }
            }

            if (nearest == before)
            {
                return nearest;
            }
        }
    }

    // The beam search of one level: its beam holds what it found.
    private void Follow<TDistance>(VectorScratch scratch, float* query, int from, int hidden, int level, int width)
        where TDistance : struct, IVectorDistance
    {
        var length = TDistance.LengthOf(rows);
        var beam = scratch.Beam;
        var pending = scratch.Pending;
        beam.Reset(width);
        scratch.Mark(from);
        beam.Add(VectorKey.Make(TDistance.Between(query, TDistance.At(rows, from), length, float.PositiveInfinity), from));
        var place = 0;
        while (place < beam.Count)
        {
            var count = CollectUnseen(scratch, beam.Expand(place), level);
            place++;
            for (var i = 0; i < count; i++)
            {
                var row = pending[i];
                if (i + 1 < count)
                {
                    Prefetch<TDistance>(TDistance.At(rows, pending[i + 1]));
                }

                var distance = TDistance.Between(query, TDistance.At(rows, row), length, beam.Worst);
                if (distance < beam.Worst)
                {
                    place = Math.Min(place, beam.Add(VectorKey.Make(distance, row)));
                }
            }

            place = beam.NextUnexpanded(place);
        }

        // What is hidden may be where the search came in: it was followed, and is no answer.
        if (from == hidden)
        {
            beam.Remove(hidden);
        }
    }

    // The beam holds accepted rows only; the frontier leads through the others.
    private void FollowSelected<TDistance, TSelection>(VectorScratch scratch, float* query, int from, int hidden, int width, TSelection selection)
        where TDistance : struct, IVectorDistance
        where TSelection : struct, IVectorSelection
    {
        var length = TDistance.LengthOf(rows);
        var beam = scratch.Beam;
        var frontier = scratch.Frontier;
        var pending = scratch.Pending;
        beam.Reset(width);
        frontier.Clear();
        scratch.Mark(from);
        var first = VectorKey.Make(TDistance.Between(query, TDistance.At(rows, from), length, float.PositiveInfinity), from);
        frontier.Push(first);
        if (from != hidden && selection.Accepts(from))
        {
            beam.Add(first);
        }

        while (frontier.Count > 0 && VectorKey.Distance(frontier.Nearest) <= beam.Worst)
        {
            var count = CollectUnseen(scratch, VectorKey.Row(frontier.Pop()), 0);
            for (var i = 0; i < count; i++)
            {
                var row = pending[i];
                if (i + 1 < count)
                {
                    Prefetch<TDistance>(TDistance.At(rows, pending[i + 1]));
                }

                var distance = TDistance.Between(query, TDistance.At(rows, row), length, beam.Worst);
                if (distance < beam.Worst)
                {
                    var key = VectorKey.Make(distance, row);
                    frontier.Push(key);
                    if (selection.Accepts(row))
                    {
                        beam.Add(key);
                    }
                }
            }
        }
    }

    // The neighbours of a row that were not seen yet, marked and counted.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int CollectUnseen(VectorScratch scratch, int row, int level)
    {
        var list = ListOf(row, level);
        var pending = scratch.Pending;
        var rowsMax = scratch.RowsMax;
        var length = list is null ? 0 : *list;
        var count = 0;
        for (var i = 1; i <= length; i++)
        {
            // A row that was added since the search began has no place for a mark.
            var neighbour = list[i];
            if (neighbour < rowsMax && scratch.Mark(neighbour))
            {
                pending[count++] = neighbour;
            }
        }

        return count;
    }

    // Of values the first lines: the rest is often not needed, and the processor goes on by itself. Codes are read to their end.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Prefetch<TDistance>(float* row)
        where TDistance : struct, IVectorDistance
    {
        if (!Sse.IsSupported)
        {
            return;
        }

        Sse.Prefetch0(row);
        Sse.Prefetch0(row + 16);
        Sse.Prefetch0(row + 32);
        Sse.Prefetch0(row + 48);
        if (TDistance.ReadsToTheEnd)
        {
            for (var line = 4; line < codeLines; line++)
            {
                Sse.Prefetch0(row + (line * 16));
            }
        }
    }
}
