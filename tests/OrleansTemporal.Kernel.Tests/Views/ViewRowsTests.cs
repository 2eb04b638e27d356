using System.Text;
using OrleansTemporal.Views;

namespace OrleansTemporal.Kernel.Tests.Views;

public class ViewRowsTests
{
    // Goal: as of every moment that is still known, the rows are those of a dictionary that was copied then, in order, from
    // any place on, through changes, ends, erasures and the forgetting of the past.
    [Fact]
    public void rows_as_of_every_moment_are_those_of_a_dictionary_then() => Seeds.Each(400, random =>
    {
        var rows = new ViewRows(10, pastRowsMin: random.Next(2) == 0 ? 20 : 100_000);
        var model = new Dictionary<string, (byte[] Place, ulong To)>(StringComparer.Ordinal);
        var moments = new List<(ulong Time, Dictionary<string, byte[]> State)>();
        var time = 10UL;
        for (var step = 0; step < 60; step++)
        {
            for (var change = random.Next(8); change >= 0; change--)
            {
                time++;
                var key = $"k{random.Next(12)}";
                switch (random.Next(10))
                {
                    case 0:
                        rows.Erase(key);
                        model.Remove(key);
                        moments.ForEach(moment => moment.State.Remove(key));
                        break;
                    case < 3:
                        rows.Set(key, time, null, ulong.MaxValue);
                        model.Remove(key);
                        break;
                    default:
                        var place = Encoding.ASCII.GetBytes($"{random.Next(4)}");
                        var to = random.Next(3) == 0 ? time + (ulong)random.Next(1, 40) : ulong.MaxValue;
                        rows.Set(key, time, place, to);
                        model[key] = (place, to);
                        break;
                }
            }

            rows.Advance(time);
            moments.Add((time, model.Where(pair => pair.Value.To > time).ToDictionary(static pair => pair.Key, static pair => pair.Value.Place)));
            Assert.Equal(moments[^1].State.Count, rows.LiveCount);
            if (random.Next(20) == 0)
            {
                rows.Forget(moments[random.Next(moments.Count)].Time);
            }

            foreach (var (at, state) in moments.Where(moment => moment.Time >= rows.Floor && random.Next(4) == 0))
            {
                var expected = state.OrderBy(static pair => pair.Value[0]).ThenBy(static pair => pair.Key, StringComparer.Ordinal).Select(static pair => pair.Key).ToList();
                Assert.Equal(expected, rows.At(at, []).Select(static row => row.Key));
                Assert.Equal(expected.Count, rows.CountAt(at));
                if (expected.Count > 0)
                {
                    var from = random.Next(expected.Count);
                    Assert.Equal(state[expected[from]], rows.Find(expected[from], at)!.Order);
                    Assert.Equal(expected.Skip(from + 1), rows.At(at, state[expected[from]], expected[from]).Select(static row => row.Key));
                }
            }
        }
    });

    [Fact]
    public void many_rows_in_any_order_come_back_in_theirs()
    {
        var random = new Random(7);
        var rows = new ViewRows(1);
        int[] numbers = [.. Enumerable.Range(0, 50_000)];
        random.Shuffle(numbers);
        foreach (var number in numbers)
        {
            rows.Set($"{number:d6}", (ulong)number + 2, [], ulong.MaxValue);
        }

        rows.Advance(100_000);
        Assert.Equal(Enumerable.Range(0, 50_000).Select(static number => $"{number:d6}"), rows.At(100_000, []).Select(static row => row.Key));
        Assert.InRange(rows.Bytes, 50_000 * 100, 50_000 * 300);
        for (var i = 0; i < numbers.Length; i += 2)
        {
            rows.Erase($"{i:d6}");
        }

        Assert.Equal((25_000, "000001"), (rows.LiveCount, rows.At(100_000, []).First().Key));
    }

    [Fact]
    public void ends_that_were_put_off_again_and_again_do_not_pile_up()
    {
        var rows = new ViewRows(1);
        for (var time = 2UL; time < 50_000; time++)
        {
            rows.Set("a", time, [], time + 1_000_000);
            rows.Advance(time);
        }

        Assert.Equal(1, rows.LiveCount);
        rows.Advance(2_000_000);
        Assert.Equal(0, rows.LiveCount);
    }
}
