using System.Text;
using OrleansTemporal.Causality;
using OrleansTemporal.Signals;

namespace OrleansTemporal.Kernel.Tests.Signals;

/// <summary>Random events and what a naive reading of them says.</summary>
internal sealed record SignalEvents(SignalSchema Schema, SignalEvents.Event[] All, EventTime Now)
{
    public static readonly EventTime Start = EventTime.Parse("2026-01-02T03:04:05.123456789Z");

    private static readonly TimeSpan[] HalfLives =
        [TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(7), TimeSpan.FromHours(1), TimeSpan.FromHours(6), TimeSpan.FromDays(1), TimeSpan.FromDays(7), TimeSpan.FromDays(30)];

    // How far events of one sequence lie apart: bursts, minutes, hours, days, weeks.
    private static readonly TimeSpan[] Spans =
        [TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(50), TimeSpan.FromHours(3), TimeSpan.FromDays(2), TimeSpan.FromDays(9), TimeSpan.FromDays(40)];

    public static SignalEvents Make(Random random, int countMax = 80, int entityCount = 3)
    {
        var schema = new SignalSchema
        {
            Types =
            [
                .. Enumerable.Range(0, random.Next(1, 4)).Select(type => new SignalType
                {
                    Name = $"t{type}",
                    HalfLife = HalfLives[random.Next(HalfLives.Length)],
                    HalfLives = [.. Enumerable.Range(0, random.Next(0, 3)).Select(_ => HalfLives[random.Next(HalfLives.Length)])],
                }),
            ],
        };
        var span = Spans[random.Next(Spans.Length)].Ticks * 100;
        var now = Start.Nanoseconds + span;
        var isOrdered = random.Next(3) == 0;
        var events = Enumerable.Range(0, random.Next(1, countMax))
            .Select(_ => new Event(
                random.Next(entityCount),
                random.Next(schema.Types.Length),
                random.Next(4) == 0 ? 0 : random.NextDouble() * Math.Pow(10, random.Next(-3, 4)),
                now - random.NextInt64(span)))
            .ToArray();
        return new SignalEvents(schema, isOrdered ? [.. events.OrderBy(static one => one.Time)] : events, new EventTime(now));
    }

    public static ReadOnlySpan<byte> IdOf(int entity) => Encoding.UTF8.GetBytes($"entity-{entity}");

    public SignalTable Fold(IEnumerable<Event>? events = null)
    {
        var table = new SignalTable();
        table.Define(SignalDecays.Of(Schema));
        foreach (var one in events ?? All)
        {
            table.Record(table.Enter(IdOf(one.Entity)), one.Type, one.Weight, new EventTime(one.Time), Now);
        }

        return table;
    }

    public IEnumerable<Event> Of(int entity, int type, EventTime at) =>
        All.Where(one => one.Entity == entity && one.Type == type && one.Time <= at.Nanoseconds);

    public double ScoreOf(int entity, int type, TimeSpan halfLife, EventTime at) =>
        Of(entity, type, at).Sum(one => one.Weight * Math.Exp(-Math.Log(2) / (halfLife.Ticks * 100.0) * (at.Nanoseconds - one.Time)));

    public SignalCount CountOf(int entity, int type, EventTime at, TimeSpan window)
    {
        var unit = (window > TimeSpan.FromHours(1) ? TimeSpan.FromHours(1) : TimeSpan.FromMinutes(1)).Ticks * 100;
        var from = (at.Nanoseconds / unit * unit) - (window.Ticks * 100) + unit;
        var inside = Of(entity, type, at).Where(one => one.Time >= from).ToArray();
        return new SignalCount((ulong)inside.Length, inside.Sum(static one => one.Weight));
    }

    internal sealed record Event(int Entity, int Type, double Weight, long Time);
}
