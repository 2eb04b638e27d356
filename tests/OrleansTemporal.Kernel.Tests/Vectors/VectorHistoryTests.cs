using OrleansTemporal.Vectors;

namespace OrleansTemporal.Kernel.Tests.Vectors;

public class VectorHistoryTests
{
    /// <summary>Goal: a history answers as a list of intervals would, rows that come several times included.</summary>
    [Fact]
    public void a_history_is_a_list_of_intervals()
    {
        var random = new Random(3);
        var history = new VectorHistory();
        var entries = new List<(int Row, ulong From, ulong To)>();
        for (var time = 1UL; time <= 2_000; time++)
        {
            var open = Enumerable.Range(0, entries.Count).Where(entry => entries[entry].To == ulong.MaxValue).ToArray();
            if (open.Length > 0 && random.Next(3) == 0)
            {
                var entry = open[random.Next(open.Length)];
                entries[entry] = entries[entry] with { To = time };
                history.End(entry, time);
            }
            else
            {
                entries.Add((random.Next(50), time, ulong.MaxValue));
                Assert.Equal(entries.Count - 1, history.Add(entries[^1].Row, time));
            }
        }

        Assert.Equal(entries.Where(static entry => entry.To == ulong.MaxValue).Select(static entry => entry.Row).Distinct().Count(), history.LiveRows);
        for (var time = 0UL; time <= 2_001; time += 7)
        {
            var live = Enumerable.Range(0, entries.Count).Where(entry => entries[entry].From <= time && time < entries[entry].To).ToArray();
            Assert.Equal(live.Length, history.CountLive(time));
            Assert.Equal(entries.Count(entry => entry.From <= time), history.CountBegun(time));
            for (var row = 0; row < 55; row++)
            {
                Assert.Equal(live.Where(entry => entries[entry].Row == row).DefaultIfEmpty(-1).Max(), history.LiveEntryOf(row, time));
            }
        }
    }
}
