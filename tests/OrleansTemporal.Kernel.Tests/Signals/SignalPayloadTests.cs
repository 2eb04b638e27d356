using System.Buffers;
using System.Text;
using OrleansTemporal.Causality;
using OrleansTemporal.Kernel.Tests.Golden;
using OrleansTemporal.Signals;

namespace OrleansTemporal.Kernel.Tests.Signals;

/// <summary>Events as bytes.</summary>
public sealed class SignalPayloadTests
{
    private static readonly (string Entity, int Type, EventTime? Time, double Weight, string? Id)[] Events =
    [
        ("v1", 0, null, 1, null),
        ("v1", 63, new EventTime(-1), 0, "id"),
        ("für/alle", 1, EventTime.MaxValue, double.MaxValue, null),
        ("v1", 2, EventTime.Parse("2026-01-02T03:04:05.123456789Z"), double.Epsilon, "ä"),
    ];

    [Fact]
    public void events_read_back() => Assert.Equal(Events, Read(Write(Events)));

    [Fact]
    public void the_first_version_of_the_form_is_read_for_ever() => Assert.Equal(Events, Read(GoldenFile.Check("signals-payload-v1", Write(Events))));

    [Fact]
    public void a_checkpoint_of_the_first_version_is_read_for_ever()
    {
        var table = new SignalTable();
        table.Define(SignalDecays.Of(new SignalSchema { Types = [new SignalType { Name = "a", HalfLife = TimeSpan.FromDays(1), HalfLives = [TimeSpan.FromHours(1)] }, new SignalType { Name = "b", HalfLife = TimeSpan.FromDays(7) }] }));
        var now = EventTime.Parse("2026-01-02T03:04:05Z");

        // Whole halvings, which are exact on every machine.
        for (var i = 0; i < 5; i++)
        {
            table.Record(table.Enter("v1"u8), 0, i, new EventTime(now.Nanoseconds - (i * 86_400_000_000_000)), now);
        }

        table.Record(table.Enter("v2"u8), 1, 3, now, now);
        table.Record(table.Enter("v2"u8), 1, 4, new EventTime(now.Nanoseconds + 1), now);
        var writer = new ArrayBufferWriter<byte>();
        table.WriteAll(writer);
        var again = new SignalTable();
        again.Define(SignalDecays.Of(new SignalSchema { Types = [new SignalType { Name = "a", HalfLife = TimeSpan.FromDays(1), HalfLives = [TimeSpan.FromHours(1)] }, new SignalType { Name = "b", HalfLife = TimeSpan.FromDays(7) }] }));
        again.Restore(GoldenFile.Check("signals-checkpoint-v1", writer.WrittenSpan));
        Assert.Equal(7, again.ScoreOf(again.Enter("v2"u8), 1, 0, new EventTime(now.Nanoseconds + 1)), 6);
    }

    [Fact]
    public void bytes_that_are_no_events_are_refused() => Seeds.Each(Seeds.IsLong ? Seeds.DecoderInputsLong : 3_000, static random =>
    {
        var bytes = Write(Events);
        if (random.Next(2) == 0)
        {
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        }
        else
        {
            bytes = bytes[..random.Next(bytes.Length)];
        }

        try
        {
            // What is read all the same can be written.
            Write(Read(bytes));
        }
        catch (FormatException refusal)
        {
            Assert.NotEmpty(refusal.Message);
        }
    });

    private static byte[] Write((string Entity, int Type, EventTime? Time, double Weight, string? Id)[] events)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var writer = new SignalPayloadWriter(buffer, events.Length);
        foreach (var (entity, type, time, weight, id) in events)
        {
            writer.Write(entity, type, time, weight, id);
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static (string Entity, int Type, EventTime? Time, double Weight, string? Id)[] Read(byte[] bytes)
    {
        var events = new List<(string Entity, int Type, EventTime? Time, double Weight, string? Id)>();
        foreach (var one in new SignalPayloadReader(bytes))
        {
            events.Add((Encoding.UTF8.GetString(one.Entity), one.Type, one.Time, one.Weight, one.Id.IsEmpty ? null : Encoding.UTF8.GetString(one.Id)));
        }

        return [.. events];
    }
}
