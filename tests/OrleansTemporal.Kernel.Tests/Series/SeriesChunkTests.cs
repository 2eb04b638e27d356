using System.Runtime.InteropServices;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Kernel.Tests.Golden;
using OrleansTemporal.Series;

namespace OrleansTemporal.Kernel.Tests.Series;

public sealed class SeriesChunkTests
{
    // Goal: whatever the times, sequences and bits of the values are, they come back.
    [Fact]
    public void every_point_comes_back_bit_for_bit() => Seeds.Each(600, random =>
    {
        var count = random.Next(4) == 0 ? random.Next(4) : random.Next(2_100);
        var (times, sequences, values) = (SeriesSamples.Times(random, count), SeriesSamples.Times(random, count), SeriesSamples.AnyValues(random, count));
        var chunk = SeriesChunk.Encode(times, sequences, values);
        var (readTimes, readSequences, readValues) = (new long[count], new long[count], new double[count]);
        SeriesChunk.Decode(chunk, readTimes, readSequences, readValues);
        Assert.Equal(count, SeriesChunk.CountOf(chunk));
        Assert.Equal(times, readTimes);
        Assert.Equal(sequences, readSequences);
        Assert.Equal(Bits(values), Bits(readValues));
        Array.Clear(readValues);
        SeriesChunk.Decode(chunk, [], [], readValues);
        Assert.Equal(Bits(values), Bits(readValues));
    });

    // Goal: bytes that are no chunk are refused by the documented error, and nothing outside of them is read.
    [Fact]
    public void damaged_chunks_are_refused() => Seeds.Each(3_000, random =>
    {
        var count = random.Next(1, 300);
        var chunk = SeriesChunk.Encode(SeriesSamples.Times(random, count), SeriesSamples.Times(random, count), SeriesSamples.AnyValues(random, count));
        var damaged = random.Next(2) == 0 ? chunk[..random.Next(chunk.Length)] : [.. chunk];
        if (damaged.Length == chunk.Length)
        {
            damaged[random.Next(damaged.Length)] ^= (byte)random.Next(1, 256);
        }

        var refusal = Assert.Throws<TemporalException>(() => SeriesChunk.CountOf(damaged));
        Assert.Equal(ErrorCodes.PayloadMalformed, refusal.Code);
    });

    // Goal: a column whose checksum somebody has made right is read to some numbers or refused, and never ends otherwise.
    [Fact]
    public void columns_of_any_bytes_are_read_or_refused() => Seeds.Each(
        20_000,
        random =>
        {
            var count = random.Next(1, 200);
            var chunk = SeriesChunk.Encode(SeriesSamples.Times(random, count), SeriesSamples.Times(random, count), SeriesSamples.AnyValues(random, count));
            for (var flips = random.Next(1, 8); flips > 0; flips--)
            {
                chunk[random.Next(24, chunk.Length - 4)] = random.Next(3) switch
                {
                    0 => (byte)random.Next(256),
                    1 => 0xFF,
                    _ => 0,
                };
            }

            BitConverter.TryWriteBytes(chunk.AsSpan(chunk.Length - 4), Crc32C.Compute(chunk.AsSpan(0, chunk.Length - 4)));
            try
            {
                SeriesChunk.Decode(chunk, new long[count], new long[count], new double[count]);
            }
            catch (TemporalException refusal)
            {
                Assert.Equal(ErrorCodes.PayloadMalformed, refusal.Code);
            }
        },
        Seeds.DecoderInputsLong);

    [Fact]
    public void chunk_version_1()
    {
        long[] times = [-1_000_000_000, 0, 1_000_000_000, 2_000_000_000, 2_500_000_000];
        long[] sequences = [1, 2, 3, 4, 4];
        (string Name, double[] Values)[] forms =
        [
            ("series-chunk-v1-decimals", [21.5, 21.25, 21.75, double.NaN, -0.0]),
            ("series-chunk-v1-runs", [42, 42, 42, 42, 42]),
            ("series-chunk-v1-raw", [Math.PI, -Math.E, 1e-300, double.MaxValue, 1 / 3.0]),
            ("series-chunk-v1-xor", [Math.PI, Math.PI, Math.BitIncrement(Math.PI), Math.PI, Math.BitIncrement(Math.PI)]),
        ];
        foreach (var (name, values) in forms)
        {
            var stored = GoldenFile.Check(name, SeriesChunk.Encode(times, sequences, values));
            var (readTimes, readSequences, readValues) = (new long[5], new long[5], new double[5]);
            SeriesChunk.Decode(stored, readTimes, readSequences, readValues);
            Assert.Equal(times, readTimes);
            Assert.Equal(sequences, readSequences);
            Assert.Equal(Bits(values), Bits(readValues));
        }
    }

    [Fact]
    public void a_walk_with_two_decimals_takes_little_more_than_a_byte()
    {
        var random = new Random(1);
        var walk = 5_000L;
        var values = new double[2_048];
        for (var i = 0; i < values.Length; i++)
        {
            walk += random.Next(-50, 51);
            values[i] = walk / 100.0;
        }

        var times = Enumerable.Range(0, values.Length).Select(i => i * 10_000_000_000L).ToArray();
        var chunk = SeriesChunk.Encode(times, times, values);
        Assert.InRange(chunk.Length, 1, (int)(values.Length * 1.0));
    }

    private static long[] Bits(double[] values) => MemoryMarshal.Cast<double, long>(values).ToArray();
}
