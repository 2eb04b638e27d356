namespace OrleansTemporal.Kv;

/// <content>Erasing versions in memory.</content>
internal sealed partial class KvGeneration
{
    /// <summary>
    /// Marks versions as erased and lets their values go. Readers may hold memory of them still, so bytes are not
    /// overwritten where they are: a slab that held some is replaced by a copy without them. Under the gate.
    /// </summary>
    /// <param name="rows">Rows of this generation.</param>
    public void Erase(List<int> rows)
    {
        var values = new List<(int Slab, int Offset, int Length, int Entry)>(rows.Count);
        foreach (var at in rows)
        {
            ref var row = ref Rows[at];
            if ((row.Flags & KvNodeFlags.Erased) == 0)
            {
                values.Add((row.Slab, row.ValueOffset, row.ValueLength, row.Entry));
                row.Flags |= KvNodeFlags.Erased;
                row.Distinction = default;
                row.ValueLength = 0;
            }
        }

        var kept = KeptBeside(values);
        foreach (var slab in values.Where(static value => value.Length > 0).GroupBy(static value => value.Slab))
        {
            var copy = (byte[])slabs[slab.Key].Clone();
            foreach (var value in slab)
            {
                if (!kept.Contains((value.Slab, value.Offset)))
                {
                    copy.AsSpan(value.Offset, value.Length).Clear();
                }
            }

            slabs[slab.Key] = copy;
        }
    }

    // Versions of one key share the bytes of the same value, and not all of them need be erased at once.
    private HashSet<(int Slab, int Offset)> KeptBeside(List<(int Slab, int Offset, int Length, int Entry)> values)
    {
        var kept = new HashSet<(int, int)>();
        foreach (var entry in values.Select(static value => value.Entry).Distinct())
        {
            if (Entries[entry].Count > 1)
            {
                foreach (var version in VersionsOf(Entries[entry]))
                {
                    if (Rows[version.Row] is { ValueLength: > 0 } row)
                    {
                        kept.Add((row.Slab, row.ValueOffset));
                    }
                }
            }
        }

        return kept;
    }
}
