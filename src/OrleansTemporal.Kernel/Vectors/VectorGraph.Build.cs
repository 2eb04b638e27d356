namespace OrleansTemporal.Vectors;

public sealed unsafe partial class VectorGraph
{
    /// <summary>The next batch, or null while fewer rows wait than a batch has. One batch at a time, by one owner.</summary>
    public VectorGraphBatch? NextBatch() =>
        Listed - indexed < VectorGraphBatch.Size ? null : new VectorGraphBatch(this, indexed);

    internal VectorGraphBatch.PlannedRow PlanRow(int first, int index) => rows.Metric switch
    {
        VectorMetric.L2 => PlanRow<L2Distance>(first, index),
        VectorMetric.Cosine => PlanRow<CosineDistance>(first, index),
        _ => PlanRow<DotDistance>(first, index),
    };

    internal VectorGraphBatch.BackLinks[] WriteOwn(int first, VectorGraphBatch.PlannedRow[] planned)
    {
        below.Ensure(first + planned.Length);
        upperStart.Ensure(first + planned.Length);
        var targets = new SortedDictionary<(int Level, int Target), List<ulong>>();
        for (var index = 0; index < planned.Length; index++)
        {
            var (row, levels) = planned[index];
            if (levels.Length > 1)
            {
                upper.Ensure(upperCount + levels.Length - 1);
                *upperStart.At(first + index) = upperCount + 1;
                upperCount += levels.Length - 1;
            }

            for (var level = 0; level < levels.Length; level++)
            {
                Write(ListOf(row, level), levels[level]);
                foreach (var key in levels[level])
                {
                    if (!targets.TryGetValue((level, VectorKey.Row(key)), out var list))
                    {
                        targets[(level, VectorKey.Row(key))] = list = [];
                    }

                    list.Add(VectorKey.Make(VectorKey.Distance(key), row));
                }
            }
        }

        return [.. targets.Select(pair => new VectorGraphBatch.BackLinks(pair.Key.Target, pair.Key.Level, [.. pair.Value]))];
    }

    internal void AddBackLinks(VectorGraphBatch.BackLinks links)
    {
        switch (rows.Metric)
        {
            case VectorMetric.L2:
                AddBackLinks<L2Distance>(links);
                break;
            case VectorMetric.Cosine:
                AddBackLinks<CosineDistance>(links);
                break;
            default:
                AddBackLinks<DotDistance>(links);
                break;
        }
    }

    internal void FinishBatch(int first)
    {
        var now = entrance;
        for (var slot = first; slot < first + VectorGraphBatch.Size; slot++)
        {
            var row = *rowOfSlot.At(slot);
            var level = LevelOf(row);
            if (level > now.Level)
            {
                now = new Entrance(row, level);
            }
        }

        Volatile.Write(ref entrance, now);
        Volatile.Write(ref indexed, first + VectorGraphBatch.Size);
    }

    private VectorGraphBatch.PlannedRow PlanRow<TDistance>(int first, int index)
        where TDistance : struct, IVectorDistance
    {
        var row = *rowOfSlot.At(first + index);
        var query = rows.At(row);
        var levels = new ulong[LevelOf(row) + 1][];
        var scratch = pool.Rent();
        var nearest = entrance.Row;
        for (var level = entrance.Level; level >= levels.Length; level--)
        {
            nearest = Descend<TDistance>(query, nearest, level, -1);
        }

        for (var level = levels.Length - 1; level >= 0; level--)
        {
            if (level <= entrance.Level)
            {
                scratch.Reset(rows.Count);
                Follow<TDistance>(scratch, query, nearest, -1, level, Options.ConstructionWidth);
                nearest = VectorKey.Row(scratch.Beam.Keys[0]);
            }
            else
            {
                scratch.Beam.Reset(Options.ConstructionWidth);
            }

            AddOfBatch<TDistance>(scratch.Beam, query, first, index, level);
            levels[level] = Choose<TDistance>(scratch.Beam.Keys, neighbours);
        }

        pool.Return(scratch);
        return new VectorGraphBatch.PlannedRow(row, levels);
    }

    // The rows of the batch before this one are not in the graph yet; they are compared one by one.
    private void AddOfBatch<TDistance>(VectorBeam beam, float* query, int first, int index, int level)
        where TDistance : struct, IVectorDistance
    {
        for (var slot = first; slot < first + index; slot++)
        {
            var other = *rowOfSlot.At(slot);
            if (level > 0 && LevelOf(other) < level)
            {
                continue;
            }

            var distance = TDistance.Between(query, rows.At(other), rows.PaddedLength, beam.Worst);
            if (distance < beam.Worst)
            {
                beam.Add(VectorKey.Make(distance, other));
            }
        }
    }

    private void AddBackLinks<TDistance>(VectorGraphBatch.BackLinks links)
        where TDistance : struct, IVectorDistance
    {
        var list = ListOf(links.Target, links.Level);
        var capacity = Capacity(links.Level);
        var count = *list;
        if (count + links.Sources.Length <= capacity)
        {
            foreach (var source in links.Sources)
            {
                list[++count] = VectorKey.Row(source);
            }

            Volatile.Write(ref *list, count);
            return;
        }

        var candidates = new ulong[count + links.Sources.Length];
        var target = rows.At(links.Target);
        for (var i = 0; i < count; i++)
        {
            var row = list[i + 1];
            candidates[i] = VectorKey.Make(TDistance.Between(target, rows.At(row), rows.PaddedLength, float.PositiveInfinity), row);
        }

        links.Sources.CopyTo(candidates, count);
        Array.Sort(candidates);
        Write(list, Choose<TDistance>(candidates, capacity));
    }

    // The heuristic of the paper: a candidate that is nearer to a chosen one than to the row is reached through that one.
    private ulong[] Choose<TDistance>(ReadOnlySpan<ulong> candidates, int countMax)
        where TDistance : struct, IVectorDistance
    {
        Span<ulong> chosen = stackalloc ulong[VectorGraphOptions.NeighboursMax * 2];
        var count = 0;
        foreach (var key in candidates)
        {
            var candidate = rows.At(VectorKey.Row(key));
            var distance = VectorKey.Distance(key);
            var isNear = true;
            for (var i = 0; i < count && isNear; i++)
            {
                isNear = TDistance.Between(candidate, rows.At(VectorKey.Row(chosen[i])), rows.PaddedLength, distance) >= distance;
            }

            if (isNear)
            {
                chosen[count++] = key & ~VectorKey.Expanded;
                if (count == countMax)
                {
                    break;
                }
            }
        }

        return chosen[..count].ToArray();
    }

    private static void Write(int* list, ReadOnlySpan<ulong> keys)
    {
        for (var i = 0; i < keys.Length; i++)
        {
            list[i + 1] = VectorKey.Row(keys[i]);
        }

        Volatile.Write(ref *list, keys.Length);
    }
}
