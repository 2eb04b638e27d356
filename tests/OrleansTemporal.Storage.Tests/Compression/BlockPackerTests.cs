using OrleansTemporal.Storage.Compression;

namespace OrleansTemporal.Storage.Tests.Compression;

public class BlockPackerTests
{
    private const int BlockBytes = 16 << 10;

    [Theory]
    [InlineData(BlockCodec.Deflate)]
    [InlineData(BlockCodec.Brotli)]
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
