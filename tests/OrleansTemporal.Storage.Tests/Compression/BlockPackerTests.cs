using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Compression;

namespace OrleansTemporal.Storage.Tests.Compression;

public class BlockPackerTests
{
    private const int BlockBytes = 16 << 10;

    [Theory]
    [InlineData(BlockCodec.Deflate)]
    [InlineData(BlockCodec.Brotli)]
    [InlineData(BlockCodec.Parted)]
    public void what_does_not_shrink_to_half_stays_raw(BlockCodec codec)
    {
        var packer = new BlockPacker(codec);
        foreach (var (block, expected) in new[] { (Text(), codec), (Hexadecimal(1), BlockCodec.Raw), (Text(), codec) })
        {
            var (stored, used) = packer.Pack(block);
            Assert.Equal(expected, used);
            Assert.Equal(used == BlockCodec.Raw, stored.Length == block.Length);
            Assert.InRange(stored.Length, 1, used == BlockCodec.Raw ? block.Length : block.Length / 2);
            Assert.Equal(block, BlockPacker.Unpack(stored.Span, used, block.Length, "block", 0));
        }
    }

    /// <summary>Goal: what stands apart comes back in its place, wherever that is, and costs its own bytes and little more.</summary>
    [Fact]
    public void noise_comes_back_in_its_place()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var (block, starts, noise) = Records(random);
            var apart = noise.Sum(static place => place.Length);
            var packer = new BlockPacker(BlockCodec.Parted, percentMax: 100, brotliQuality: 2);
            var (stored, codec) = packer.Pack(block, starts, noise);
            Assert.Equal(BlockCodec.Parted, codec);
            Assert.InRange(stored.Length, apart, apart + (block.Length / 4) + (4 * noise.Length) + 64);
            Assert.Equal(block, BlockPacker.Unpack(stored.Span, codec, block.Length, "block", 0));
        }
    }

    /// <summary>Goal: whatever stands where such a block should is refused, and never read beyond.</summary>
    [Fact]
    public void bytes_that_are_no_parted_block_are_refused()
    {
        var (block, starts, noise) = Records(new Random(2));
        var whole = new BlockPacker(BlockCodec.Parted, percentMax: 100).Pack(block, starts, noise).Stored.ToArray();
        for (var seed = 0; seed < 5_000; seed++)
        {
            var random = new Random(seed);
            var damaged = whole[..(random.Next(3) == 0 ? random.Next(whole.Length) : whole.Length)];
            for (var flips = random.Next(1, 4); flips > 0 && damaged.Length > 0; flips--)
            {
                damaged[random.Next(Math.Min(damaged.Length, random.Next(2) == 0 ? 12 : damaged.Length))] ^= (byte)random.Next(1, 256);
            }

            try
            {
                Assert.Equal(block.Length, BlockPacker.Unpack(damaged, BlockCodec.Parted, block.Length, "block", 0).Length);
            }
            catch (TemporalException refused)
            {
                Assert.Equal(ErrorKind.Corrupt, refused.Kind);
            }
        }

        Assert.Throws<TemporalException>(() => BlockPacker.Unpack(whole, BlockCodec.Parted, block.Length - 1, "block", 0));
        Assert.Throws<TemporalException>(() => BlockPacker.Unpack(whole, BlockCodec.Parted, block.Length + 1, "block", 0));
    }

    /// <summary>Goal: a stretch of blocks that can't be packed costs little, and what can be packed behind it still is.</summary>
    [Fact]
    public void after_many_vain_attempts_some_blocks_are_still_tried()
    {
        var packer = new BlockPacker(BlockCodec.Deflate);
        for (var i = 0; i < 100; i++)
            Assert.Equal(BlockCodec.Raw, packer.Pack(Hexadecimal(i)).Codec);
        var before = 0;
        while (packer.Pack(Text()).Codec == BlockCodec.Raw)
            before++;
        Assert.InRange(before, 0, 20);
        for (var i = 0; i < 20; i++)
            Assert.Equal(BlockCodec.Deflate, packer.Pack(Text()).Codec);
    }

    // Text cut into records, or not, with noise in some of them.
    private static (byte[] Block, int[] Starts, (int At, int Length)[] Noise) Records(Random random)
    {
        var text = Text();
        var starts = new List<int>();
        for (var at = 0; random.Next(10) > 0 && at < text.Length; at += random.Next(1, 2_000))
            starts.Add(at);
        var noise = new List<(int At, int Length)>();
        for (var at = random.Next(200); at < text.Length;)
        {
            var end = starts.FirstOrDefault(start => start > at, text.Length);
            var length = Math.Min(random.Next(100), end - at);
            random.NextBytes(text.AsSpan(at, length));
            noise.Add((at, length));
            at += Math.Max(1, length) + (random.Next(4) == 0 ? 0 : random.Next(1_000));
        }

        byte[] directory = [.. starts.SelectMany(static start => BitConverter.GetBytes((uint)start))];
        return ([.. text, .. directory], [.. starts], [.. noise]);
    }

    private static byte[] Text()
    {
        var text = new System.Text.StringBuilder();
        for (var i = 0; text.Length < BlockBytes; i++)
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $$"""{"customer":"number {{i}}","currency":"EUR","amount":{{i * 37}}}""");
        return System.Text.Encoding.ASCII.GetBytes(text.ToString(0, BlockBytes));
    }

    // Four bits of every eight are random: Deflate brings it to a little more than half.
    private static byte[] Hexadecimal(int seed)
    {
        var bytes = new byte[BlockBytes / 2];
        new Random(seed).NextBytes(bytes);
        return System.Text.Encoding.ASCII.GetBytes(Convert.ToHexStringLower(bytes));
    }
}
