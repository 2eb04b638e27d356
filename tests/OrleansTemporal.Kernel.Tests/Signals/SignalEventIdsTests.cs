using System.Buffers;
using OrleansTemporal.Causality;
using OrleansTemporal.Signals;

namespace OrleansTemporal.Kernel.Tests.Signals;

/// <summary>Goal: an id is recognised for exactly a day, or until so many newer ones came, as a list of all would say.</summary>
public sealed class SignalEventIdsTests
{
    private const long DayMilliseconds = 86_400_000;

    [Fact]
    public void ids_are_recognised_as_a_list_of_them_would_say() => Seeds.Each(300, static random =>
    {
        var countMax = random.Next(4, 200);
        var ids = new SignalEventIds(countMax);
        var list = new List<(UInt128 Hash, long Time)>();
        var now = 1_000_000L;
        for (var i = 0; i < 600; i++)
        {
            now += random.Next(8) == 0 ? random.Next(40_000_000) : random.Next(2);

            // Some share their place in the table.
            var hash = new UInt128((ulong)random.Next(3), (ulong)random.Next(40) * 64);
            var time = HybridTimestamp.FromMilliseconds(now);
            var isKnown = list.TakeLast(countMax).Any(one => one.Hash == hash && now - one.Time <= DayMilliseconds);
            Assert.Equal(isKnown, ids.Contains(hash, time));
            if (!isKnown)
            {
                ids.Add(hash, time);
                list.Add((hash, now));
            }

            if (random.Next(50) == 0)
            {
                var writer = new ArrayBufferWriter<byte>();
                ids.Write(0, ids.Total, writer);
                ids = new SignalEventIds(countMax);
                ids.Restore(writer.WrittenSpan);
            }
        }
    });

    [Fact]
    public void events_of_other_entities_signals_and_ids_are_others()
    {
        UInt128[] hashes =
        [
            SignalEventIds.HashOf(0, "ab"u8, "c"u8), SignalEventIds.HashOf(0, "a"u8, "bc"u8), SignalEventIds.HashOf(1, "ab"u8, "c"u8), SignalEventIds.HashOf(0, "ab"u8, "d"u8),
        ];
        Assert.Equal(4, hashes.Distinct().Count());
        Assert.Equal(hashes[0], SignalEventIds.HashOf(0, "ab"u8, "c"u8));
    }
}
