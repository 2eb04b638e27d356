using System.Text;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Kernel.Tests.Causality;

public sealed class IdTests
{
    [Fact]
    public void a_distinction_reads_back_from_bytes_and_text() => Seeds.Each(200, random =>
    {
        var bytes = new byte[Distinction.Size];
        random.NextBytes(bytes);
        var value = Distinction.FromBytes(bytes);
        Assert.Equal(Convert.ToHexStringLower(bytes), value.ToString());
        Assert.Equal(value, Distinction.Parse(value.ToString()));
        var copy = new byte[Distinction.Size];
        Assert.True(value.TryWriteBytes(copy));
        Assert.Equal(bytes, copy);
        random.NextBytes(copy);
        Assert.Equal(Math.Sign(bytes.AsSpan().SequenceCompareTo(copy)), Math.Sign(value.CompareTo(Distinction.FromBytes(copy))));
    });

    [Fact]
    public void what_is_not_a_distinction_is_refused()
    {
        Assert.True(default(Distinction).IsZero);
        Assert.False(Distinction.TryParse(new string('A', 64), out _));
        Assert.False(Distinction.TryParse(new string('a', 63), out _));
        Assert.False(Distinction.TryParse((string?)null, out _));
        Assert.Throws<TemporalException>(() => Distinction.FromBytes(new byte[31]));
        Assert.False(default(Distinction).TryWriteBytes(new byte[31]));
    }

    [Fact]
    public void a_write_id_reads_back_from_its_text()
    {
        var id = new WriteId(0xdeadbeef, 17, 3);
        Assert.Equal("deadbeef00000000000000110003", id.ToString());
        Assert.Equal(id, WriteId.Parse(id.ToString()));
        Assert.True(WriteId.TryParse("deadbeef00000000000000110003"u8, out var fromBytes));
        Assert.Equal(id, fromBytes);
        Assert.True(WriteId.None.IsNone);
        Assert.False(WriteId.TryParse("DEADBEEF00000000000000110003", out _));
        Assert.False(WriteId.TryParse("deadbeef80000000000000110003", out _));
        Assert.False(WriteId.TryParse("deadbeef0000000000000011000", out _));
        Assert.Throws<TemporalException>(() => new WriteId(1, -1, 0));
    }

    [Fact]
    public void every_verb_of_every_action_has_a_text_that_reads_back()
    {
        var actions = Enum.GetValues<ActionKind>();
        Assert.Equal(19, actions.Length);
        var utf8 = new byte[DeltaKind.TextLengthMax];
        foreach (var action in actions)
        {
            var verbs = ActionVerbs.Of(action);
            Assert.NotEmpty(verbs);
            for (byte verb = 1; verb <= verbs.Length; verb++)
            {
                var kind = new DeltaKind(action, verb);
                Assert.Equal(kind, DeltaKind.Parse(kind.ToString()));
                Assert.True(kind.TryFormat(utf8, out var length));
                Assert.Equal(kind.ToString(), Encoding.ASCII.GetString(utf8, 0, length));
            }
        }

        Assert.Equal("storage.store", new DeltaKind(ActionKind.Storage, 1).ToString());
        Assert.Equal("pulse.triggerPulse", new DeltaKind(ActionKind.Pulse, 3).ToString());
        Assert.Equal("storage.99", new DeltaKind(ActionKind.Storage, 99).ToString());
        Assert.False(DeltaKind.TryParse("storage.99", out _));
        Assert.False(DeltaKind.TryParse("storage", out _));
        Assert.False(DeltaKind.TryParse("field.store", out _));
    }
}
