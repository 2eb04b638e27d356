using OrleansTemporal.Causality;

namespace OrleansTemporal.Kernel.Tests.Causality;

public sealed class VarintTests
{
    [Fact]
    public void every_number_reads_back_from_its_shortest_form() => Seeds.Each(2000, random =>
    {
        var value = (ulong)random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(64);
        Span<byte> bytes = stackalloc byte[Varint.LengthMax];
        var length = Varint.Write(bytes, value);
        Assert.Equal(Varint.GetLength(value), length);
        ReadOnlySpan<byte> rest = bytes[..length];
        Assert.True(Varint.TryRead(ref rest, out var read));
        Assert.Equal(value, read);
        Assert.True(rest.IsEmpty);
        rest = bytes[..(length - 1)];
        Assert.False(Varint.TryRead(ref rest, out _));
    });

    [Theory]
    [InlineData(new byte[] { 0x80, 0x00 })]
    [InlineData(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02 })]
    [InlineData(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01 })]
    public void longer_forms_and_larger_numbers_are_refused(byte[] bytes)
    {
        ReadOnlySpan<byte> rest = bytes;
        Assert.False(Varint.TryRead(ref rest, out _));
        Assert.Equal(bytes.Length, rest.Length);
    }
}
