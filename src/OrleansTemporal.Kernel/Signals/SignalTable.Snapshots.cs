using System.Buffers;

namespace OrleansTemporal.Signals;

/// <content>Checkpoints of what changed.</content>
public sealed partial class SignalTable
{
    private readonly List<SignalSnapshot> cut = [];
    private readonly ArrayBufferWriter<byte> scratch = new();
    private SignalSnapshot changing = new(1);

    /// <summary>Entities that changed since the last cut.</summary>
    public int ChangedCount => changing.EntityCount;

    /// <summary>Fixes what has changed since the last cut as it is now. Costs nothing; later changes of the same entities each cost a copy of one until <see cref="Release"/>.</summary>
    public SignalSnapshot Cut()
    {
        var ended = changing;
        cut.Add(ended);
        changing = new SignalSnapshot(ended.Number + 1);
        return ended;
    }

    /// <summary>Writes some entities of a cut down, as they were at it.</summary>
    /// <param name="snapshot">The cut.</param>
    /// <param name="first">Index of the first, from 0.</param>
    /// <param name="count">How many.</param>
    /// <param name="writer">Where to.</param>
    /// <returns>True when there are more behind them.</returns>
    public bool Write(SignalSnapshot snapshot, int first, int count, IBufferWriter<byte> writer)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        var end = Math.Min(first + count, snapshot.EntityCount);
        for (var i = first; i < end; i++)
        {
            // Otherwise it has changed since and was kept.
            if (entities[snapshot.Entities[i]].Generation == snapshot.Number)
            {
                Write(snapshot.Entities[i], writer);
            }
        }

        if (end == snapshot.EntityCount)
        {
            writer.Write(snapshot.Kept.WrittenSpan);
            return false;
        }

        return true;
    }

    /// <summary>Lets a cut go, and those before it, once they are stored.</summary>
    public void Release(SignalSnapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        cut.RemoveAll(earlier => earlier.Number <= snapshot.Number);
    }

    /// <summary>Writes all entities down, in the order of their ids: the same bytes for the same state, however it came about.</summary>
    public void WriteAll(IBufferWriter<byte> writer)
    {
        var all = new int[entities.Count];
        for (var i = 0; i < all.Length; i++)
        {
            all[i] = i;
        }

        Array.Sort(all, (left, right) => IdOf(left).SequenceCompareTo(IdOf(right)));
        foreach (var entity in all)
        {
            Write(entity, writer);
        }
    }

    /// <summary>Takes over entities as a checkpoint has them, instead of what was known of them.</summary>
    /// <param name="entries">What <see cref="Write(SignalSnapshot, int, int, IBufferWriter{byte})"/> has written.</param>
    /// <exception cref="FormatException">When it is not that.</exception>
    public void Restore(ReadOnlySpan<byte> entries)
    {
        due = null;
        ForgetLeaders();
        while (!entries.IsEmpty)
        {
            var entry = SignalEntry.Read(ref entries);
            var entity = Enter(entry.Id);
            Clear(entity);
            Restore(entity, entry.Body);
        }
    }

    private void Touch(int entity)
    {
        ref var known = ref entities[entity];
        if (known.Generation == changing.Number)
        {
            return;
        }

        foreach (var snapshot in cut)
        {
            if (snapshot.Number == known.Generation)
            {
                Write(entity, snapshot.Kept);
                break;
            }
        }

        known.Generation = changing.Number;
        changing.Entities.Add(entity);
    }

    private void Clear(int entity)
    {
        for (var index = entities[entity].First; index != SignalState.None; index = states[index].Next)
        {
            ref var state = ref states[index];
            buckets.Free(ref state.Minutes, ref state.MinuteCount);
            buckets.Free(ref state.Hours, ref state.HourCount);
            if (ahead.Remove(index, out var waiting))
            {
                AheadCount -= waiting.Count;
            }

            state = new SignalState { Type = state.Type, Next = state.Next };
        }
    }

    private void Write(int entity, IBufferWriter<byte> writer)
    {
        scratch.ResetWrittenCount();
        var count = 0;
        for (var index = entities[entity].First; index != SignalState.None; index = states[index].Next)
        {
            count++;
        }

        SignalEntry.WriteCount(scratch, count);
        for (var index = entities[entity].First; index != SignalState.None; index = states[index].Next)
        {
            ref var state = ref states[index];
            scratch.Write([state.Type]);
            SignalEntry.WriteTime(scratch, state.Newest);
            for (var i = 0; i < decays.CountOf(state.Type); i++)
            {
                SignalEntry.WriteNumber(scratch, state.Score(i));
            }

            SignalEntry.WriteCount(scratch, state.Count);
            SignalEntry.WriteNumber(scratch, state.Sum);
            WriteRing(state.Minutes, state.MinuteCount, SignalWindow.MinuteOf(state.Newest));
            WriteRing(state.Hours, state.HourCount, SignalWindow.HourOf(state.Newest));
            var waiting = ahead.GetValueOrDefault(index) ?? [];
            SignalEntry.WriteCount(scratch, waiting.Count);
            foreach (var one in waiting)
            {
                SignalEntry.WriteTime(scratch, one.Time);
                SignalEntry.WriteNumber(scratch, one.Weight);
            }
        }

        SignalEntry.Write(writer, IdOf(entity), scratch.WrittenSpan);
    }

    // From the newest bucket back, each by its distance to the one before.
    private void WriteRing(int place, int count, int newest)
    {
        SignalEntry.WriteCount(scratch, count);
        for (var i = count - 1; i >= 0; i--)
        {
            var slot = buckets.SlotsOf(place, count)[i];
            SignalEntry.WriteCount(scratch, (ulong)(newest - slot));
            SignalEntry.WriteCount(scratch, buckets.CountsOf(place, count)[i]);
            SignalEntry.WriteNumber(scratch, buckets.SumsOf(place, count)[i]);
            newest = slot;
        }
    }

    private void Restore(int entity, ReadOnlySpan<byte> body)
    {
        var count = (int)SignalEntry.ReadCount(ref body, Limits.SignalTypesMax);
        for (var i = 0; i < count; i++)
        {
            var type = SignalEntry.ReadByte(ref body);
            if (type >= decays.TypeCount)
            {
                throw new FormatException($"There is no signal type {type}.");
            }

            var index = EnterState(entity, type);
            ref var state = ref states[index];
            state.Newest = SignalEntry.ReadTime(ref body);
            for (var j = 0; j < decays.CountOf(type); j++)
            {
                state.Score(j) = SignalEntry.ReadNumber(ref body);
            }

            state.Count = SignalEntry.ReadCount(ref body, ulong.MaxValue);
            state.Sum = SignalEntry.ReadNumber(ref body);
            newest = state.Count > 0 ? Math.Max(newest, state.Newest) : newest;
            RestoreRing(ref body, ref state.Minutes, ref state.MinuteCount, SignalWindow.MinuteOf(state.Newest), SignalWindow.MinutesMax);
            RestoreRing(ref body, ref state.Hours, ref state.HourCount, SignalWindow.HourOf(state.Newest), Limits.SignalWindowHoursMax);
            RestoreAhead(ref body, entity, index);
        }

        if (!body.IsEmpty)
        {
            throw new FormatException("There is more behind the last signal.");
        }
    }

    private void RestoreRing(ref ReadOnlySpan<byte> body, ref int place, ref byte length, int newest, int lengthMax)
    {
        var count = (int)SignalEntry.ReadCount(ref body, (ulong)lengthMax);
        Span<(int Slot, uint Events, double Sum)> ring = stackalloc (int, uint, double)[count];
        for (var i = count - 1; i >= 0; i--)
        {
            newest -= (int)SignalEntry.ReadCount(ref body, (ulong)lengthMax);
            ring[i] = (newest, (uint)SignalEntry.ReadCount(ref body, uint.MaxValue), SignalEntry.ReadNumber(ref body));
        }

        foreach (var (slot, events, sum) in ring)
        {
            buckets.Add(ref place, ref length, slot, events, sum, lengthMax);
        }

        if (length != count)
        {
            throw new FormatException("Buckets of a ring are doubled or too old.");
        }
    }

    private void RestoreAhead(ref ReadOnlySpan<byte> body, int entity, int index)
    {
        var count = SignalEntry.ReadCount(ref body, Limits.SignalsAheadMax);
        for (var i = 0UL; i < count; i++)
        {
            var time = SignalEntry.ReadTime(ref body);
            LayAside(entity, index, SignalEntry.ReadNumber(ref body), new Causality.EventTime(time));
        }
    }
}
