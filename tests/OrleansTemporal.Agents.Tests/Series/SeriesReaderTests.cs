using OrleansTemporal.Errors;
using OrleansTemporal.Series;

namespace OrleansTemporal.Agents.Tests.Series;

/// <summary>Goal: no reader takes more into memory at once than it says.</summary>
public sealed class SeriesReaderTests
{
    private static readonly SeriesKey Key = SeriesKey.Of(SeriesTags.Empty, "f");

    [Fact]
    public void chunks_that_overlap_are_put_in_order_up_to_a_number_of_points()
    {
        // Who writes of now and of long ago in turn has all of them overlap.
        using var reader = ReaderOf(Enumerable.Range(0, 21).Select(static i => Part(i, 1_000 + i)));
        var refused = Assert.Throws<TemporalException>(() => reader.MoveNext());
        Assert.Equal((ErrorCodes.QueryTooLarge, (long?)Limits.SeriesPointsInMemoryMax), (refused.Code, refused.Limit));
    }

    [Fact]
    public void chunks_that_follow_each_other_have_no_number()
    {
        using var reader = ReaderOf(Enumerable.Range(0, 21).Select(static i => Part(10 * i, (10 * i) + 9)));
        for (var i = 0; i < 21; i++)
        {
            Assert.True(reader.MoveNext());
        }

        Assert.False(reader.MoveNext());
    }

    private static SeriesReader ReaderOf(IEnumerable<SeriesPart> parts) => new(new SeriesView(Key, 0, [.. parts], [], [], [], []), 1, long.MinValue, long.MaxValue);

    private static SeriesPart Part(long first, long last) => new(
        new SeriesChunkEntry
        {
            Ordinal = 0,
            Length = 0,
            Count = Limits.SeriesPointsInMemoryMax / 20,
            FirstSequence = 1,
            LastSequence = 1,
            Summary = new ChunkSummary { Count = Limits.SeriesPointsInMemoryMax / 20, FirstTime = first, LastTime = last },
        },
        default);
}
