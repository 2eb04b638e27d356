using System.Collections.Immutable;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Kernel.Tests.Golden;
using OrleansTemporal.Series;

namespace OrleansTemporal.Kernel.Tests.Series;

public sealed class SeriesSegmentTests
{
    private const long Second = 1_000_000_000;

    // Goal: names, deletions, entries and chunks come back as they were given, whatever the values are.
    [Fact]
    public void a_part_of_a_segment_comes_back() => Seeds.Each(120, random =>
    {
        var builder = new SeriesSegmentBuilder(7, 3);
        var names = Enumerable.Range(0, random.Next(5)).Select(i => ($"host=h{i} f", (long)random.Next(7, 1_000))).ToList();
        names.ForEach(name => builder.AddSeries(name.Item1, name.Item2));
        var deletions = Enumerable.Range(0, random.Next(3)).Select(i => (7L + i, new byte[random.Next(30)])).ToList();
        deletions.ForEach(deletion => builder.AddDeletion(deletion.Item1, deletion.Item2));
        var chunks = new List<(SeriesChunkEntry Entry, byte[] Bytes)>();
        var ordinal = 0;
        for (var count = random.Next(700); count > 0; count--)
        {
            ordinal += random.Next(3);
            chunks.Add(ChunkOf(random, ordinal, random.Next(1, 40)));
            builder.AddChunk(chunks[^1].Entry, chunks[^1].Bytes);
        }

        var part = builder.Finish().Span;
        var head = HeadOf(part);
        Assert.Equal((7L, 3, names.Count, deletions.Count), (head.CoveredFrom, head.FirstOrdinal, head.SeriesCount, head.DeletionCount));
        var (readNames, readDeletions) = SeriesChunkEntries.ReadNames(part.Slice(head.Names.Offset, head.Names.Length), head);
        Assert.Equal(names, readNames);
        Assert.Equal(deletions.Select(one => (one.Item1, Convert.ToHexString(one.Item2))), readDeletions.Select(one => (one.Sequence, Convert.ToHexString(one.Payload))));
        var next = 0;
        foreach (var block in head.Blocks)
        {
            Assert.Equal(block.Data.Checksum, Crc32C.Compute(part.Slice(block.Data.Offset, block.Data.Length)));
            foreach (var entry in SeriesChunkEntries.Read(part.Slice(block.Entries.Offset, block.Entries.Length), block, head, -1))
            {
                var (given, bytes) = chunks[next++];
                Assert.Equal(bytes, part.Slice(block.Data.Offset + entry.Offset, entry.Length).ToArray());
                Assert.Equal(given with { Offset = entry.Offset, Slices = [] }, entry with { Slices = [] });
                Assert.Equal(given.Slices.ToArray(), entry.Slices.ToArray());
                Assert.InRange(entry.Ordinal, block.FirstOrdinal, block.LastOrdinal);
                Assert.True(entry.Summary.FirstTime >= block.FirstTime && entry.Summary.LastTime <= block.LastTime);
            }
        }

        Assert.Equal(chunks.Count, next);
    });

    [Fact]
    public void the_format_stays_as_it_is()
    {
        var builder = new SeriesSegmentBuilder(5, 0);
        builder.AddSeries("host=a usage", 5);
        builder.AddSeries("host=b usage", 6);
        builder.AddDeletion(6, [1, 2, 3]);
        for (var ordinal = 0; ordinal < 2; ordinal++)
        {
            long[] times = [.. Enumerable.Range(0, 1_200).Select(i => 1_700_000_000 * Second + (i * 10 * Second))];
            double[] values = [.. times.Select((_, i) => (ordinal == 1 && i == 7 ? 1.5e300 : i % 50) / 10.0)];
            var bytes = SeriesChunk.Encode(times, [.. times.Select((_, i) => 5L + (i % 3))], values);
            var slices = ChunkRollup.Coarsen(ChunkRollup.Of(times, values), times.Length);
            builder.AddChunk(EntryOf(ordinal, bytes.Length, times, values, 5, 7, 1_200) with { Slices = slices }, bytes);
        }

        var stored = GoldenFile.Check("series-segment-v1", builder.Finish().Span);
        Assert.Equal(2, HeadOf(stored).SeriesCount);
    }

    // Goal: whatever byte is another one, the head or a checksum of it says so.
    [Fact]
    public void damage_is_found() => Seeds.Each(400, random =>
    {
        var builder = new SeriesSegmentBuilder(1, 0);
        builder.AddSeries("host=a f", 1);
        for (var i = 0; i < 5; i++)
        {
            var (entry, bytes) = ChunkOf(random, i, 30);
            builder.AddChunk(entry, bytes);
        }

        var part = builder.Finish().ToArray();
        part[random.Next(part.Length)] ^= (byte)random.Next(1, 256);
        var refusal = Assert.ThrowsAny<Exception>(() =>
        {
            var head = HeadOf(part);
            foreach (var extent in head.Blocks.SelectMany(static block => new[] { block.Data, block.Entries }).Append(head.Names))
            {
                Require(Crc32C.Compute(part.AsSpan(extent.Offset, extent.Length)) == extent.Checksum);
            }
        });
        Assert.Equal(ErrorCodes.PayloadMalformed, Assert.IsType<TemporalException>(refusal).Code);
    });

    // Goal: slices say together what the points do, each within its minute, hour or day.
    [Fact]
    public void slices_add_up_to_their_points() => Seeds.Each(300, random =>
    {
        var count = random.Next(1, 1_025);
        var step = new[] { Second, 10 * Second, 60 * Second, 3_600 * Second }[random.Next(4)];
        var start = random.NextInt64(-4_000_000, 4_000_000) * Second;
        long[] times = [.. Enumerable.Range(0, count).Select(i => start + (i * step))];
        double[] values = [.. times.Select(_ => Math.Round(random.NextDouble() * 100, 2))];
        foreach (var slices in new[] { ChunkRollup.Of(times, values), ChunkRollup.Coarsen(ChunkRollup.Of(times, values), count) })
        {
            if (slices.IsEmpty)
            {
                continue;
            }

            Assert.Equal((count, times[0], times[^1], values.Min(), values.Max()), (slices.Sum(slice => slice.Count), slices[0].FirstTime, slices[^1].LastTime, slices.Min(slice => slice.Min), slices.Max(slice => slice.Max)));
            Assert.Equal(values.Sum(), slices.Sum(slice => slice.Sum.Value), 1e-8);
            var grain = new[] { 60L, 3_600, 86_400 }.First(grain => slices.All(slice => Bucket(slice.FirstTime, grain) == Bucket(slice.LastTime, grain)));
            Assert.Equal(slices.Length, slices.Select(slice => Bucket(slice.FirstTime, grain)).Distinct().Count());
        }
    });

    [Theory]
    [InlineData("a|b", "a b")]
    [InlineData(@"a\.b|c\|d", "a.b c|d")]
    [InlineData("", "")]
    [InlineData("a.*", null)]
    [InlineData(@"\d", null)]
    [InlineData("[ab]", null)]
    [InlineData("(a)", null)]
    [InlineData("a\\", null)]
    public void patterns_that_are_texts_are_known(string pattern, string? texts) =>
        Assert.Equal(texts?.Split(' '), TagLiterals.Find(pattern));

    [Fact]
    public void the_pattern_of_texts_matches_them_and_nothing_else() => Seeds.Each(300, random =>
    {
        string[] texts = [.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => new string([.. Enumerable.Range(0, random.Next(1, 8)).Select(_ => (char)random.Next(32, 300))]))];
        var pattern = TagLiterals.PatternOf(texts);
        Assert.Equal(texts.Distinct().Order(), TagLiterals.Find(pattern)!.Order());
        var match = new SeriesMatch(new SeriesSelector { Tags = [new TagMatcher("t", TagMatcherKind.Matches, pattern)] });
        foreach (var text in texts)
        {
            Assert.True(match.Includes(SeriesKey.Of(SeriesTags.Of([new("t", text)]), "f")));
            Assert.Equal(texts.Contains(text + "x"), match.Includes(SeriesKey.Of(SeriesTags.Of([new("t", text + "x")]), "f")));
        }
    });

    private static long Bucket(long time, long grain) => (long)Math.Floor((double)(time / Second) / grain);

    private static void Require(bool holds)
    {
        if (!holds)
        {
            throw new TemporalException(ErrorKind.Corrupt, ErrorCodes.PayloadMalformed, "a checksum differs");
        }
    }

    private static SeriesSegmentHead HeadOf(ReadOnlySpan<byte> part)
    {
        var length = SeriesSegmentHead.LengthOf(part[^SeriesSegmentHead.TrailerBytes..]) + SeriesSegmentHead.TrailerBytes;
        return SeriesSegmentHead.Read(part[^length..], part.Length - length);
    }

    private static (SeriesChunkEntry Entry, byte[] Bytes) ChunkOf(Random random, int ordinal, int count)
    {
        long[] times = [.. Enumerable.Range(0, count).Select(_ => random.NextInt64(-5_000, 5_000) * Second).Distinct().Order()];
        var values = SeriesSamples.AnyValues(random, times.Length).Select(value => double.IsFinite(value) ? value : 1).ToArray();
        long[] sequences = [.. times.Select(_ => random.NextInt64(7, 9_000))];
        var bytes = SeriesChunk.Encode(times, sequences, values);
        var slices = times.Length > 1 && random.Next(3) == 0 ? ImmutableArray.Create(ChunkSummary.Of(times, values), ChunkSummary.Of(times.AsSpan(^1), values.AsSpan(^1))) : [];
        return (EntryOf(ordinal, bytes.Length, times, values, sequences.Min(), sequences.Max(), times.Length) with { Slices = slices }, bytes);
    }

    private static SeriesChunkEntry EntryOf(int ordinal, int length, long[] times, double[] values, long first, long last, int count) => new()
    {
        Ordinal = ordinal,
        Length = length,
        Count = count,
        FirstSequence = first,
        LastSequence = last,
        Summary = ChunkSummary.Of(times, values),
    };
}
