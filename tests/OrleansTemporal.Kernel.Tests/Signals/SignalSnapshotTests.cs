using System.Buffers;
using OrleansTemporal.Causality;
using OrleansTemporal.Signals;

namespace OrleansTemporal.Kernel.Tests.Signals;

/// <summary>Goal: checkpoints of what changed, one after the other, and the events behind them make the state again, byte by byte.</summary>
public sealed class SignalSnapshotTests
{
    [Fact]
    public void checkpoints_and_the_events_behind_them_make_the_same_bytes() => Seeds.Each(1_000, static random =>
    {
        var events = SignalEvents.Make(random, countMax: 120, entityCount: 8);
        var table = new SignalTable();
        table.Define(SignalDecays.Of(events.Schema));
        var cuts = new List<(int Events, byte[] Bytes)>();
        var open = new Queue<(int Events, SignalSnapshot Snapshot)>();
        var arrival = SignalEvents.Start.Nanoseconds;
        var arrivals = new List<long>();
        for (var i = 0; i < events.All.Length; i++)
        {
            arrival += random.NextInt64(2 * (events.Now.Nanoseconds - SignalEvents.Start.Nanoseconds) / events.All.Length);
            arrivals.Add(arrival);
            Arrive(table, events.All[i], arrival);
            if (random.Next(10) == 0)
            {
                open.Enqueue((i + 1, table.Cut()));
            }

            // Written down some deltas later, while entities change again.
            while (open.Count > 0 && random.Next(8) == 0)
            {
                cuts.Add(Finish(table, open.Dequeue(), random));
            }
        }

        while (open.Count > 0)
        {
            cuts.Add(Finish(table, open.Dequeue(), random));
        }

        var restored = new SignalTable();
        restored.Define(SignalDecays.Of(events.Schema));
        var used = random.Next(cuts.Count + 1);
        foreach (var (_, bytes) in cuts.Take(used))
        {
            restored.Restore(bytes);
        }

        for (var i = used == 0 ? 0 : cuts[used - 1].Events; i < events.All.Length; i++)
        {
            Arrive(restored, events.All[i], arrivals[i]);
        }

        restored.CheckInvariants();
        Assert.Equal(BytesOf(table), BytesOf(restored));
    });

    [Fact]
    public void what_is_no_checkpoint_is_refused() => Seeds.Each(500, static random =>
    {
        var events = SignalEvents.Make(random);
        var bytes = BytesOf(events.Fold());
        var table = new SignalTable();
        table.Define(SignalDecays.Of(events.Schema));
        Assert.Throws<FormatException>(() => table.Restore(bytes.AsSpan(0, bytes.Length - 1)));

        // A flipped bit may make another state; it never makes anything else than one, or a refusal.
        bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
        var flipped = new SignalTable();
        flipped.Define(SignalDecays.Of(events.Schema));
        try
        {
            flipped.Restore(bytes);
        }
        catch (FormatException refusal)
        {
            Assert.NotEmpty(refusal.Message);
        }
    });

    private static void Arrive(SignalTable table, SignalEvents.Event one, long arrival)
    {
        table.Advance(new EventTime(arrival));
        table.Record(table.Enter(SignalEvents.IdOf(one.Entity)), one.Type, one.Weight, new EventTime(one.Time), new EventTime(arrival));
    }

    private static (int Events, byte[] Bytes) Finish(SignalTable table, (int Events, SignalSnapshot Snapshot) cut, Random random)
    {
        var writer = new ArrayBufferWriter<byte>();
        var step = random.Next(1, 5);
        for (var first = 0; table.Write(cut.Snapshot, first, step, writer); first += step)
        {
        }

        table.Release(cut.Snapshot);
        return (cut.Events, writer.WrittenSpan.ToArray());
    }

    private static byte[] BytesOf(SignalTable table)
    {
        var writer = new ArrayBufferWriter<byte>();
        table.WriteAll(writer);
        return writer.WrittenSpan.ToArray();
    }
}
