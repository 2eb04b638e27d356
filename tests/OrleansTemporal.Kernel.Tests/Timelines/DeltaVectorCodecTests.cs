using System.Buffers;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Kernel.Tests.Golden;
using OrleansTemporal.Timelines;

namespace OrleansTemporal.Kernel.Tests.Timelines;

/// <summary>What is written reads back, in few bytes; what was damaged is refused or is another vector that keeps the rules.</summary>
public sealed class DeltaVectorCodecTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(64)]
    [InlineData(5_000)]
    public void vectors_read_back_bit_by_bit(int dimensions)
    {
        var random = new Random(dimensions);
        for (var round = 0; round < 400; round++)
        {
            var vector = Random(random, dimensions);
            var bytes = Write(vector);
            ReadOnlySpan<byte> source = bytes;
            var read = DeltaVectorCodec.Read(ref source, dimensions);
            Assert.True(source.IsEmpty);
            Assert.Equal(vector.Indices.ToArray(), read.Indices.ToArray());
            Assert.Equal(vector.Values.ToArray().Select(BitConverter.SingleToInt32Bits), read.Values.ToArray().Select(BitConverter.SingleToInt32Bits));
        }
    }

    [Fact]
    public void indices_that_are_spread_evenly_cost_little_more_than_they_must()
    {
        var random = new Random(4);
        const int dimensions = 1_000_000;
        const int count = 100;
        var total = 0L;
        for (var round = 0; round < 100; round++)
        {
            var places = new SortedSet<int>();
            while (places.Count < count)
            {
                places.Add(random.Next(dimensions));
            }

            total += Write(DeltaVector.Create(dimensions, [.. places], new float[count])).Length;
        }

        var least = (LogChoose(dimensions, count) / Math.Log(2)) + (32 * count);
        Assert.InRange(total * 8 / 100d, least, least * 1.2);
    }

    [Fact]
    public void a_run_and_a_full_state_cost_next_to_nothing_beside_their_values()
    {
        var run = Enumerable.Range(5_000, 1_000).ToArray();
        Assert.InRange(Write(DeltaVector.Create(100_000, run, new float[run.Length])).Length, 4_000, 4_010);
        var all = Enumerable.Range(0, 100_000).ToArray();
        Assert.InRange(Write(DeltaVector.Create(100_000, all, new float[all.Length])).Length, 400_000, 400_016);
    }

    [Fact]
    public void damaged_bytes_never_read_outside_or_break_the_rules()
    {
        var random = new Random(5);
        for (var round = 0; round < 20_000; round++)
        {
            var dimensions = 1 + random.Next(300);
            var bytes = Write(Random(random, dimensions));
            for (var flips = 1 + random.Next(3); flips > 0; flips--)
            {
                bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            }

            Try(bytes.AsSpan(0, random.Next(4) == 0 ? random.Next(bytes.Length + 1) : bytes.Length), dimensions);
        }

        for (var round = 0; round < 20_000; round++)
        {
            var noise = new byte[random.Next(40)];
            random.NextBytes(noise);
            Try(noise, 1 + random.Next(100));
        }
    }

    [Fact]
    public void a_step_reads_back_and_noise_is_refused()
    {
        var random = new Random(6);
        var step = new TimelineStepPayload { Branch = "main", Parent = 5, MergeParent = 3, Id = "a", Restored = 0, Vector = Random(random, 50) };
        var buffer = new ArrayBufferWriter<byte>();
        step.Write(buffer);
        var read = TimelineStepPayload.Read(buffer.WrittenSpan, 50);
        Assert.Equal((step.Branch, step.Parent, step.MergeParent, step.Id, step.Restored, step.StateHash), (read.Branch, read.Parent, read.MergeParent, read.Id, read.Restored, read.StateHash));
        Assert.Equal(step.Vector.Indices.ToArray(), read.Vector.Indices.ToArray());
        var bytes = buffer.WrittenSpan.ToArray();
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.Equal(ErrorCodes.PayloadMalformed, Assert.Throws<TemporalException>(() => TimelineStepPayload.Read(bytes.AsSpan(0, length), 50)).Code);
        }

        Assert.Throws<TemporalException>(() => TimelineStepPayload.Read([.. bytes, 0], 50));
    }

    [Theory]
    [InlineData("timeline-step-v1-gaps", new[] { 3, 900, 901, 40_000 })]
    [InlineData("timeline-step-v1-runs", new[] { 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40 })]
    public void released_bytes_stay_readable(string name, int[] indices)
    {
        var vector = DeltaVector.Create(50_000, indices, [.. indices.Select(static index => index * 0.5f)]);
        var step = new TimelineStepPayload { Branch = "main", Parent = 7, MergeParent = 5, Id = "epoch-1", Restored = 3, StateHash = TaggedHash.Hash(HashTag.StateTree, "x"u8), Vector = vector };
        var buffer = new ArrayBufferWriter<byte>();
        step.Write(buffer);
        var read = TimelineStepPayload.Read(GoldenFile.Check(name, buffer.WrittenSpan), 50_000);
        Assert.Equal(indices, read.Vector.Indices.ToArray());
        Assert.Equal(vector.Values.ToArray(), read.Vector.Values.ToArray());
        Assert.Equal(step with { Vector = read.Vector }, read);
    }

    [Fact]
    public void every_form_of_indices_is_written_where_it_is_the_shortest()
    {
        Assert.Equal(0, Write(DeltaVector.Create(1_000_000, [5, 70_000, 800_000], new float[3]))[0]);
        Assert.Equal(1, Write(DeltaVector.Create(1_000, Enumerable.Range(100, 500).ToArray(), new float[500]))[0]);
        var half = Enumerable.Range(0, 800).Where(static i => i * 7 % 5 < 3 || i % 3 == 0).ToArray();
        Assert.Equal(2, Write(DeltaVector.Create(800, half, new float[half.Length]))[0]);
    }

    // Clusters far from each other make codes that are longer than a word; every length of them ends somewhere within one.
    [Fact]
    public void bytes_are_those_of_the_format_made_bit_by_bit()
    {
        var random = new Random(8);
        var forms = new int[3];
        for (var round = 0; round < 2_000; round++)
        {
            var dimensions = 1 << random.Next(17);
            var (indices, next) = (new List<int>(), 0L);
            for (var count = random.Next(120); count > 0 && next < dimensions; count--)
            {
                indices.Add((int)next);
                next += 1 + (random.Next(4) == 0 ? random.Next(1 << random.Next(20)) : random.Next(1 << random.Next(6)));
            }

            var vector = DeltaVector.Create(dimensions, [.. indices], DeltaVectorTests.Dense(random, indices.Count));
            var bytes = Write(vector);
            forms[bytes[0]]++;
            Assert.Equal(Reference(vector), bytes);
        }

        Assert.All(forms, static count => Assert.True(count > 50));
    }

    private static byte[] Reference(DeltaVector vector)
    {
        var mean = Math.Max(1, vector.Dimensions / Math.Max(1, vector.Count));
        var guess = vector.Count == 0 ? 0 : (int)Math.Log2(mean);
        var parameters = vector.Count == 0 ? [0] : Enumerable.Range(Math.Max(0, guess - 2), guess + 2 - Math.Max(0, guess - 2));
        var gaps = parameters.Select(parameter => Gaps(vector.Indices, parameter)).MinBy(static bits => bits.Count)!;
        byte[] packed = [(byte)Enumerable.Range(0, 5).Sum(bit => gaps[bit] ? 1 << bit : 0), .. Pack([.. gaps.Skip(5)])];
        var places = vector.Indices.ToArray().ToHashSet();
        var mask = Pack([.. Enumerable.Range(0, vector.Dimensions).Select(places.Contains)]);
        var form = new[] { packed, Runs(vector.Indices), mask }.Select(static (bytes, form) => (Form: (byte)form, Bytes: bytes)).MinBy(static form => form.Bytes.Length);
        return [form.Form, .. Number(vector.Count), .. form.Bytes, .. System.Runtime.InteropServices.MemoryMarshal.AsBytes(vector.Values).ToArray()];
    }

    // Five bits of the parameter, then the codes.
    private static List<bool> Gaps(ReadOnlySpan<int> indices, int parameter)
    {
        List<bool> bits = [.. Enumerable.Range(0, 5).Select(bit => (parameter >> bit & 1) == 1)];
        var previous = -1;
        foreach (var index in indices)
        {
            var gap = index - previous - 1;
            bits.AddRange(Enumerable.Repeat(false, gap >> parameter).Append(true));
            bits.AddRange(Enumerable.Range(0, parameter).Reverse().Select(bit => (gap >> bit & 1) == 1));
            previous = index;
        }

        return bits;
    }

    private static byte[] Runs(ReadOnlySpan<int> indices)
    {
        var (runs, end) = (new List<(int Distance, int Length)>(), 0);
        foreach (var index in indices)
        {
            if (runs.Count > 0 && index == end)
            {
                runs[^1] = (runs[^1].Distance, runs[^1].Length + 1);
            }
            else
            {
                runs.Add((index - end, 1));
            }

            end = index + 1;
        }

        return [.. Number(runs.Count), .. runs.SelectMany(static run => Number(run.Distance).Concat(Number(run.Length - 1)))];
    }

    private static byte[] Pack(List<bool> bits) =>
        [.. bits.Chunk(8).Select(static eight => (byte)eight.Select(static (bit, place) => bit ? 1 << place : 0).Sum())];

    private static byte[] Number(int value)
    {
        var bytes = new byte[Varint.LengthMax];
        return bytes[..Varint.Write(bytes, (ulong)value)];
    }

    private static void Try(ReadOnlySpan<byte> source, int dimensions)
    {
        try
        {
            var read = DeltaVectorCodec.Read(ref source, dimensions);
            Assert.True(read.Count <= dimensions);
            for (var i = 0; i < read.Count; i++)
            {
                Assert.InRange(read.Indices[i], i == 0 ? 0 : read.Indices[i - 1] + 1, dimensions - 1);
                Assert.True(float.IsFinite(read.Values[i]));
            }
        }
        catch (TemporalException refused)
        {
            Assert.Equal(ErrorCodes.PayloadMalformed, refused.Code);
        }
    }

    private static byte[] Write(DeltaVector vector)
    {
        var buffer = new ArrayBufferWriter<byte>();
        DeltaVectorCodec.Write(buffer, vector);
        return buffer.WrittenSpan.ToArray();
    }

    private static DeltaVector Random(Random random, int dimensions)
    {
        var density = Math.Pow(random.NextDouble(), 3);
        var isRunning = false;
        var indices = Enumerable.Range(0, dimensions).Where(_ => isRunning = random.NextDouble() < (isRunning ? 0.5 : density)).ToArray();
        return DeltaVector.Create(dimensions, indices, DeltaVectorTests.Dense(random, indices.Length));
    }

    private static double LogChoose(int n, int k) => Enumerable.Range(1, k).Sum(i => Math.Log(n - k + i) - Math.Log(i));
}
