namespace OrleansTemporal.Kv;

/// <summary>
/// The versions in memory: generations of deltas, oldest first, the last one active, and one index over the newest place of
/// each key. A look-up costs one probe however many generations there are. Under the agent's gate.
/// </summary>
internal sealed class KvMemory
{
    // Made anew when it changes, for who looks without the gate.
    private KvGeneration[] generations = [];

    private readonly KvIndex index = new();
    private int lastNumber;
    private int oldestNumber = 1;

    public KvMemory(long firstSequence) => Cut(firstSequence);

    public IReadOnlyList<KvGeneration> Generations => generations;

    public KvGeneration Active => generations[^1];

    public KvGeneration Oldest => generations[0];

    /// <summary>The newest versions of a key, or null when memory has none.</summary>
    public KvKey? Find(in KvLookup lookup) =>
        index.TryFind(lookup, this, out var place) ? new KvKey(this[place.Generation], place.Entry) : null;

    /// <summary>
    /// False when memory had no version of a key a moment ago. Needs no gate, and decides nothing; brings what
    /// <see cref="Find"/> and its caller are going to read near to the processor, so that it is not waited for under the gate.
    /// </summary>
    public bool MayHold(uint hash)
    {
        if (!index.TryGuess(hash, oldestNumber, out var place))
        {
            return false;
        }

        var known = generations;
        var at = place.Generation - known[0].Number;
        if ((uint)at < (uint)known.Length)
        {
            known[at].Touch(place.Entry);
        }

        return true;
    }

    /// <summary>The versions of the same key in the next older generation that has them.</summary>
    public KvKey? Earlier(in KvKey key) => ToKey(key.Earlier);

    /// <summary>The active generation's entry of a key, made when it is not there.</summary>
    public int Enter(in KvLookup lookup)
    {
        ref var slot = ref index.FindOrAdd(lookup, this);
        var active = Active;
        if (slot.Generation != active.Number)
        {
            slot.Entry = active.AddKey(lookup.Key, !IsResident(slot.Generation) ? default : new KvPlace(slot.Generation, slot.Entry));
            slot.Generation = active.Number;
        }

        return slot.Entry;
    }

    /// <summary>Fixes the active generation and begins another.</summary>
    /// <returns>The fixed one.</returns>
    public KvGeneration? Cut(long firstSequence)
    {
        var cut = generations.Length > 0 ? Active : null;
        generations = [.. generations, new KvGeneration(++lastNumber, firstSequence)];
        return cut;
    }

    /// <summary>Lets the oldest generation go; the index forgets it by and by.</summary>
    public void RemoveOldest()
    {
        generations = generations[1..];
        oldestNumber = Oldest.Number;
    }

    /// <summary>Lets everything go.</summary>
    public void Clear(long firstSequence)
    {
        index.Clear();
        generations = [new KvGeneration(++lastNumber, firstSequence)];
        oldestNumber = lastNumber;
    }

    /// <summary>The version that a write made, or null.</summary>
    public KvNode? NodeOf(long sequence, int ordinal) =>
        Array.FindLast(generations, generation => generation.FirstSequence <= sequence)?.NodeOf(sequence, ordinal);

    /// <summary>Erases what of the versions is in memory.</summary>
    public void Erase(KvErasure erasure)
    {
        foreach (var generation in generations)
        {
            List<int>? rows = null;
            foreach (var delta in erasure.Deltas)
            {
                if (delta.Sequence < generation.FirstSequence || delta.Sequence > generation.LastSequence)
                {
                    continue;
                }

                foreach (var ordinal in delta.Ordinals)
                {
                    if (generation.RowOf(delta.Sequence, ordinal) is var row and >= 0)
                    {
                        (rows ??= []).Add(row);
                    }
                }
            }

            if (rows is not null)
            {
                generation.Erase(rows);
            }
        }
    }

    /// <summary>True when a place is still in memory.</summary>
    public bool IsResident(int generation) => generation >= oldestNumber;

    public KvGeneration this[int number] => generations[number - oldestNumber];

    private KvKey? ToKey(KvPlace place) => IsResident(place.Generation) ? new KvKey(this[place.Generation], place.Entry) : null;
}
