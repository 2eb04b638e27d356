using OrleansTemporal.Causality;
using OrleansTemporal.Storage.Runs;

namespace OrleansTemporal.Storage.Tests.Runs;

/// <summary>What runs should answer: all entries in one sorted list, searched from end to end.</summary>
internal sealed class RunOracle
{
    public static AgentId Agent { get; } = AgentId.Parse("kv/default/users/0");

    public List<(byte[] Key, RunEntry Entry)> Entries { get; } = [];

    public List<byte[]> Keys { get; } = [];

    /// <summary>Entries of random keys for a range of sequences; keys share prefixes, differ in length and repeat.</summary>
    public static RunOracle Make(Random random, int sequences, int keyCount)
    {
        var oracle = new RunOracle();
        for (var i = 0; i < keyCount; i++)
            oracle.Keys.Add(RandomKey(random));
        ulong time = 1_700_000_000_000UL << 16;
        for (var sequence = 1; sequence <= sequences; sequence++)
        {
            time += (ulong)random.Next(1, 1 << 20);
            var writes = random.Next(4);
            for (var ordinal = 0; ordinal < writes; ordinal++)
            {
                var key = oracle.Keys[random.Next(3) == 0 ? 0 : random.Next(keyCount)];
                var expiry = random.Next(5) == 0 ? new HybridTimestamp(time + 99) : default;
                oracle.Entries.Add((key, new(sequence, (ushort)ordinal, (byte)random.Next(256), new(time), expiry)));
            }
        }

        oracle.Sort();
        return oracle;
    }

    public RunOracle Part(long first, long last)
    {
        var part = new RunOracle();
        part.Entries.AddRange(Entries.Where(item => item.Entry.Sequence >= first && item.Entry.Sequence <= last));
        return part;
    }

    public RunEntry? Find(byte[] key, RunBound bound)
    {
        foreach (var (candidate, entry) in Entries)
        {
            if (candidate.AsSpan().SequenceEqual(key) && bound.Includes(entry))
                return entry;
        }

        return null;
    }

    public List<RunEntry> History(byte[] key, RunBound bound) =>
        [.. Entries.Where(item => item.Key.AsSpan().SequenceEqual(key) && bound.Includes(item.Entry)).Select(item => item.Entry)];

    public static RunBound RandomBound(Random random, int sequences, RunOracle oracle) => random.Next(4) switch
    {
        0 => RunBound.Latest,
        1 => RunBound.After(random.Next(0, sequences + 2)),
        _ when oracle.Entries.Count == 0 => RunBound.BeforeAll,
        2 => RunBound.At(oracle.Entries[random.Next(oracle.Entries.Count)].Entry.SystemTime),
        _ => new(random.Next(0, sequences + 2), new(oracle.Entries[random.Next(oracle.Entries.Count)].Entry.SystemTime.Value - 1)),
    };

    public static byte[] RandomKey(Random random)
    {
        var length = random.Next(20) == 0 ? random.Next(0, 300) : random.Next(0, 12);
        var key = new byte[length];
        for (var i = 0; i < length; i++)
            key[i] = (byte)(random.Next(3) == 0 ? random.Next(256) : "abc"[random.Next(3)]);
        return key;
    }

    private void Sort() => Entries.Sort(static (left, right) => RunOrder.Compare(left.Key, left.Entry, right.Key, right.Entry));
}
