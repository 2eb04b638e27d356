using System.Numerics;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Kernel.Tests.Causality;

public sealed class Crc32CTests
{
    [Fact]
    public void known_inputs_have_their_published_checksums()
    {
        // RFC 3720, appendix B.4.
        Assert.Equal(0xE3069283u, Crc32C.Compute("123456789"u8));
        Assert.Equal(0x8A9136AAu, Crc32C.Compute(new byte[32]));
        Assert.Equal(0x62A8AB43u, Crc32C.Compute(Enumerable.Repeat((byte)0xFF, 32).ToArray()));
        Assert.Equal(0x46DD794Eu, Crc32C.Compute(Enumerable.Range(0, 32).Select(i => (byte)i).ToArray()));
        Assert.Equal(0u, Crc32C.Compute([]));
    }

    [Fact]
    public void every_length_agrees_with_byte_by_byte_and_with_any_split() => Seeds.Each(300, random =>
    {
        var data = new byte[random.Next(20_000)];
        random.NextBytes(data);
        var expected = uint.MaxValue;
        foreach (var value in data)
        {
            expected = BitOperations.Crc32C(expected, value);
        }

        Assert.Equal(~expected, Crc32C.Compute(data));
        var split = random.Next(data.Length + 1);
        Assert.Equal(~expected, Crc32C.Append(Crc32C.Compute(data.AsSpan(0, split)), data.AsSpan(split)));
    });
}
