using System.Buffers;
using System.Collections.Immutable;
using OrleansTemporal.Errors;
using OrleansTemporal.Kernel.Tests.Golden;
using OrleansTemporal.Series;

namespace OrleansTemporal.Kernel.Tests.Series;

/// <summary>What is left of a stream, windows that stand for points, and how both are stored.</summary>
public sealed class SeriesKeepingTests
{
    private const long Second = 1_000_000_000;

    // Goal: whatever policies follow each other, no more is kept than before, nothing becomes finer, and every window that there
    // was is whole in one that there is then, in a band whole, or gone.
    [Fact]
    public void bands_only_grow_and_become_coarser_and_cut_no_window() => Seeds.Each(2_000, random =>
    {
        var kept = SeriesKept.Everything;
        for (var (run, now) = (0, random.NextInt64(-5_000, 5_000)); run < 12; run++)
        {
            now += random.Next(400);
            var next = SeriesKeeping.After(kept, random.Next(3) == 0 ? now - random.Next(2_000) : long.MinValue, AnyLevels(random, now));
            Assert.True(next.From >= kept.From && next.PointsFrom >= kept.PointsFrom);
            for (var i = 0; i < next.Bands.Length; i++)
            {
                Assert.Equal(0, next.Bands[i].Before % next.Bands[i].Step);
                Assert.True(i == 0 ? next.Bands[i].Before > next.From : next.Bands[i].Before > next.Bands[i - 1].Before && next.Bands[i].Step != next.Bands[i - 1].Step);
            }

            for (var probe = 0; probe < 60; probe++)
            {
                var time = now - random.Next(3_000);
                var (before, after) = (kept.StepAt(time), next.StepAt(time));
                Assert.True(after == SeriesKept.NothingStep || (before >= 0 && (before == 0 || after % before == 0)), $"{before} became {after}");
                if (before > 0)
                {
                    var start = Math.Max(SeriesKeeping.FloorOf(time, before), kept.From);
                    Assert.Equal(after, next.StepAt(start));
                    Assert.Equal(after, next.StepAt(SeriesKeeping.FloorOf(time, before) + before - 1));
                }

                if (after > 0)
                {
                    Assert.Equal(after, next.StepAt(Math.Max(SeriesKeeping.FloorOf(time, after), next.From)));
                    Assert.Equal(after, next.StepAt(SeriesKeeping.FloorOf(time, after) + after - 1));
                }
            }

            Assert.True(next == SeriesKeeping.After(next, long.MinValue, []));
            kept = next;
        }
    });

    [Fact]
    public void spans_that_are_kept_alike_are_told_from_others()
    {
        var kept = new SeriesKept { From = 100, Bands = [new SeriesBand(200, 50), new SeriesBand(300, 10)] };
        var grown = kept with { Bands = [new SeriesBand(200, 50), new SeriesBand(400, 10)] };
        Assert.Equal([SeriesKept.NothingStep, 50, 10, 0], new long[] { 99, 100, 299, 300 }.Select(kept.StepAt));
        Assert.True(kept.IsSameWithin(grown, 0, 300) && kept.IsSameWithin(grown, 400, long.MaxValue));
        Assert.False(kept.IsSameWithin(grown, 299, 301) || kept.IsSameWithin(grown, long.MinValue, long.MaxValue) || kept.IsSameWithin(SeriesKept.Everything, 0, 100));
        Assert.Equal((300, long.MinValue, true), (kept.PointsFrom, SeriesKept.Everything.PointsFrom, SeriesKept.Everything.IsEverything));
    }

    // Goal: windows come back bit by bit, of whatever values they are.
    [Fact]
    public void windows_come_back_as_they_were_given() => Seeds.Each(300, random =>
    {
        var rows = AnyRows(random, random.Next(1, 300));
        var first = rows.Min(static row => row.Sequence);
        var chunk = SeriesRowChunk.Encode(rows, first);
        var read = SeriesRowChunk.Decode(chunk, first);
        Assert.Equal(rows.Length, SeriesRowChunk.CountOf(chunk));
        Assert.Equal(rows.Select(BitsOf), read.Select(BitsOf));
    });

    // Goal: any bytes are read or refused by the documented error.
    [Fact]
    public void damaged_windows_and_payloads_are_read_or_refused() => Seeds.Each(
        5_000,
        random =>
        {
            var bytes = random.Next(3) switch
            {
                0 => Write(writer => SeriesThinPayload.Write(writer, [(random.Next(9), 60 * Second, SeriesRowChunk.Encode(AnyRows(random, 5), 0))])),
                1 => Write(AnyKeep(random).Write),
                _ => SeriesRowChunk.Encode(AnyRows(random, 5), 0),
            };
            for (var flips = random.Next(1, 5); flips > 0; flips--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            var cut = bytes.AsMemory(0, random.Next(3) == 0 ? random.Next(bytes.Length) : bytes.Length);
            RequireReadOrRefused(() => SeriesThinPayload.Read(cut));
            RequireReadOrRefused(() => SeriesKeepPayload.Read(cut.Span));
            RequireReadOrRefused(() => SeriesRowChunk.Decode(cut.Span, 0));
        },
        Seeds.DecoderInputsLong);

    [Fact]
    public void what_is_kept_comes_back() => Seeds.Each(500, random =>
    {
        var keep = AnyKeep(random);
        var read = SeriesKeepPayload.Read(Write(keep.Write));
        Assert.Equal((keep.Kept, keep.IsPlanned), (read.Kept, read.IsPlanned));
        Assert.Equal(keep.LetGo.ToArray(), read.LetGo.ToArray());
    });

    [Fact]
    public void the_formats_stay_as_they_are()
    {
        var keep = new SeriesKeepPayload { Kept = new SeriesKept { From = -3 * Second, Bands = [new SeriesBand(60 * Second, 10 * Second), new SeriesBand(90 * Second, Second)] }, LetGo = [(1, 4), (7, 7)] };
        Assert.Equal(keep.Kept, SeriesKeepPayload.Read(GoldenFile.Check("series-keep-v1", Write(keep.Write))).Kept);
        SeriesWindowRow[] rows = [.. Enumerable.Range(0, 40).Select(static i => RowOf(i % 3, i * 60 * Second, [i / 10.0, i % 7 == 0 ? 1e300 : i, 3.25]))];
        var chunk = SeriesRowChunk.Encode(rows, 0);
        var thin = GoldenFile.Check("series-thin-v1", Write(writer => SeriesThinPayload.Write(writer, [(2, 60 * Second, chunk), (5, 3_600 * Second, chunk)])));
        Assert.Equal([(2, 60 * Second), (5, 3_600 * Second)], SeriesThinPayload.Read(thin.ToArray()).Select(static part => (part.Ordinal, part.Step)));

        var builder = new SeriesSegmentBuilder(5, 0);
        builder.AddSeries("host=a usage", 5);
        builder.AddDeletion(6, [1, 2, 3]);
        builder.AddKeep(7, Write((keep with { LetGo = [] }).Write));
        var entry = new SeriesChunkEntry { Ordinal = 0, Length = chunk.Length, Count = rows.Length, FirstSequence = 6, LastSequence = 8, Step = 60 * Second, Summary = rows[0].Summary with { LastTime = rows[^1].Summary.LastTime } };
        builder.AddChunk(entry, chunk);
        var part = GoldenFile.Check("series-segment-v2", builder.Finish().Span).ToArray();
        var length = SeriesSegmentHead.LengthOf(part.AsSpan(part.Length - SeriesSegmentHead.TrailerBytes)) + SeriesSegmentHead.TrailerBytes;
        var head = SeriesSegmentHead.Read(part.AsSpan(part.Length - length), part.Length - length);
        Assert.Equal((1, 1, 1, true), (head.SeriesCount, head.DeletionCount, head.KeepCount, head.HasWindows));
        var names = SeriesChunkEntries.ReadNames(part.AsSpan(head.Names.Offset, head.Names.Length), head);
        Assert.Equal(keep.Kept, SeriesKeepPayload.Read(names.Keeps.Single().Payload).Kept);
        var read = SeriesChunkEntries.Read(part.AsSpan(head.Blocks[0].Entries.Offset, head.Blocks[0].Entries.Length), head.Blocks[0], head, -1).Single();
        Assert.Equal((60 * Second, 40, entry.Summary), (read.Step, read.Count, read.Summary));
    }

    private static ImmutableArray<SeriesBand> AnyLevels(Random random, long now)
    {
        var (step, before) = ((long)random.Next(1, 30), now - random.Next(200));
        var levels = ImmutableArray.CreateBuilder<SeriesBand>();
        for (var count = random.Next(4); count > 0; count--)
        {
            levels.Add(new SeriesBand(before, step));
            step *= random.Next(2, 6);
            before -= random.Next(1, 600);
        }

        return levels.ToImmutable();
    }

    private static SeriesKeepPayload AnyKeep(Random random)
    {
        var (end, bands) = (random.NextInt64(), ImmutableArray.CreateBuilder<SeriesBand>());
        for (var count = random.Next(5); count > 0; count--)
        {
            bands.Add(new SeriesBand(end += random.Next(1, 100), random.Next(1, 1_000)));
        }

        var (last, runs) = (0L, ImmutableArray.CreateBuilder<(long, long)>());
        for (var count = random.Next(5); count > 0; count--)
        {
            var first = last + random.Next(1, 1_000);
            runs.Add((first, last = first + random.Next(100)));
        }

        return new SeriesKeepPayload { Kept = new SeriesKept { From = random.NextInt64(long.MinValue, long.MaxValue), Bands = bands.ToImmutable() }, IsPlanned = random.Next(2) == 0, LetGo = runs.ToImmutable() };
    }

    private static SeriesWindowRow[] AnyRows(Random random, int count)
    {
        var time = random.NextInt64(-1_000_000, 1_000_000) * Second;
        return [.. Enumerable.Range(0, count).Select(_ => RowOf(random.Next(100), time += random.Next(1, 5) * 60 * Second, [.. SeriesSamples.AnyValues(random, random.Next(1, 20)).Select(static value => double.IsFinite(value) ? value : 1)]))];
    }

    private static SeriesWindowRow RowOf(long sequence, long time, double[] values) =>
        new(sequence, ChunkSummary.Of([.. values.Select((_, i) => time + (i * Second))], values));

    private static (long Sequence, ChunkSummary Summary, long Sum, long Deviation, long Min, long Last) BitsOf(SeriesWindowRow row) => (
        row.Sequence,
        row.Summary,
        BitConverter.DoubleToInt64Bits(row.Summary.Sum.Value),
        BitConverter.DoubleToInt64Bits(row.Summary.Moments.StandardDeviation),
        BitConverter.DoubleToInt64Bits(row.Summary.Min),
        BitConverter.DoubleToInt64Bits(row.Summary.Last));

    private static byte[] Write(Action<IBufferWriter<byte>> write)
    {
        var writer = new ArrayBufferWriter<byte>();
        write(writer);
        return writer.WrittenSpan.ToArray();
    }

    private static void RequireReadOrRefused(Action read)
    {
        try
        {
            read();
        }
        catch (TemporalException refusal)
        {
            Assert.Equal(ErrorCodes.PayloadMalformed, refusal.Code);
        }
    }
}
