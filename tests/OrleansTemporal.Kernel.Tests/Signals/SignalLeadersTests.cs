using System.Text;
using OrleansTemporal.Causality;
using OrleansTemporal.Signals;

namespace OrleansTemporal.Kernel.Tests.Signals;

/// <summary>Goal: the list of leaders gives what a look at every entity gives, however events come between the questions.</summary>
public sealed class SignalLeadersTests
{
    private const int Entities = 12_000;

    [Fact]
    public void leaders_are_those_that_a_look_at_everybody_finds() => Seeds.Each(6, static random =>
    {
        var table = new SignalTable();
        table.Define(SignalDecays.Of(new SignalSchema
        {
            Types = [new SignalType { Name = "a", HalfLife = TimeSpan.FromHours(6), HalfLives = [TimeSpan.FromSeconds(10)] }, new SignalType { Name = "b", HalfLife = TimeSpan.FromDays(7) }],
        }));
        var now = SignalEvents.Start.Nanoseconds;
        for (var i = 0; i < Entities; i++)
        {
            Record(table, random, i, now);
        }

        for (var round = 0; round < 25; round++)
        {
            for (var i = random.Next(4_000); i >= 0; i--)
            {
                now += random.Next(2_000_000_000);
                Record(table, random, random.Next(4) == 0 ? random.Next(50) : random.Next(Entities), now);
            }

            if (random.Next(3) == 0)
            {
                table.Advance(new EventTime(now));
            }

            if (random.Next(8) == 0)
            {
                var bytes = new System.Buffers.ArrayBufferWriter<byte>();
                var cut = table.Cut();
                while (table.Write(cut, 0, int.MaxValue, bytes))
                {
                }

                table.Release(cut);
                table.Restore(bytes.WrittenSpan);
            }

            var at = new EventTime(now + (random.Next(2) == 0 ? 0 : random.NextInt64(100_000_000_000_000)));
            foreach (var (type, halfLife) in ((int Type, int HalfLife)[])[(0, 0), (0, 1), (1, 0)])
            {
                var count = random.Next(1, random.Next(2) == 0 ? 10 : 1_500);
                var expected = Enumerable.Range(0, table.EntityCount)
                    .Select(entity => (Entity: entity, Value: table.ScoreOf(entity, type, halfLife, at))).Where(static rank => rank.Value > 0)
                    .OrderByDescending(static rank => rank.Value).ThenBy(rank => Encoding.UTF8.GetString(table.IdOf(rank.Entity)), StringComparer.Ordinal).Take(count);
                Assert.Equal(expected, table.Top(new SignalMeasure.Score(type, halfLife), at, count));
            }
        }

        table.CheckInvariants();
    });

    private static void Record(SignalTable table, Random random, int entity, long now)
    {
        // Late ones and such that wait, weights that lead by far and none at all.
        var time = now + (random.Next(5) == 0 ? -random.NextInt64(200_000_000_000_000) : random.Next(40) == 0 ? random.NextInt64(80_000_000_000_000) : 0);
        var weight = random.Next(6) == 0 ? 0 : Math.Pow(10, random.Next(-6, 4)) * random.NextDouble();
        table.Record(table.Enter(Encoding.UTF8.GetBytes($"e{entity:D6}")), random.Next(2), weight, new EventTime(time), new EventTime(now));
    }
}
