using System.Security.Cryptography;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Storage.Tests.Segments;

/// <summary>An agent's deltas made from a seed, with the local root after each.</summary>
internal sealed class TestHistory
{
    private readonly DeltaEncoder encoder;
    private readonly Random random;
    private ulong time = 1_700_000_000_000UL << 16;

    public TestHistory(int seed, string agent = "kv/default/users/0")
    {
        Agent = AgentId.Parse(agent);
        random = new(seed);
        encoder = new(Agent);
        Genesis = GenesisRoot.Of(Agent);
        Root = Genesis;
    }

    public AgentId Agent { get; }

    public Distinction Genesis { get; }

    public Distinction Root { get; private set; }

    public List<byte[]> Records { get; } = [];

    public List<Distinction> Roots { get; } = [];

    public ulong Epoch { get; set; } = 1;

    public long Count => Records.Count;

    public Distinction RootAt(long sequence) => sequence == 0 ? Genesis : Roots[(int)sequence - 1];

    public byte[] Add(ReadOnlySpan<byte> payload, string? operationKey = null)
    {
        Span<byte> salt = stackalloc byte[PayloadBuffer.SaltBytes];
        random.NextBytes(salt);
        var buffer = new PayloadBuffer(salt, payload.Length);
        payload.CopyTo(buffer.GetSpan(payload.Length));
        buffer.Advance(payload.Length);
        var context = operationKey is null
            ? DeltaContext.None
            : new DeltaContext { Operation = new(operationKey, Distinction.FromBytes(SHA256.HashData(payload))) };
        var draft = new DeltaDraft(new(ActionKind.Storage, 1), 1, buffer, context);
        var record = new byte[encoder.GetRecordLength(draft)];
        time += (ulong)random.Next(1, 1 << 22);
        encoder.Encode(record, draft, default, Epoch, Records.Count + 1, new(time), out var action);
        Root = Synthesis.Synthesize(Root, action);
        Records.Add(record);
        Roots.Add(Root);
        return record;
    }

    /// <summary>Adds deltas whose payloads compress about three to one; some repeat an earlier payload.</summary>
    public TestHistory AddMany(int count, int payloadBytesMax = 300, double repeatChance = 0, double operationChance = 0)
    {
        for (var i = 0; i < count; i++)
        {
            var repeats = Records.Count > 0 && random.NextDouble() < repeatChance;
            var payload = repeats
                ? DeltaRecord.Read(Records[random.Next(Records.Count)]).Payload.ToArray()
                : Text(random.Next(0, payloadBytesMax + 1));
            Add(payload, random.NextDouble() < operationChance ? $"default/key-{Records.Count}" : null);
        }

        return this;
    }

    /// <summary>Adds deltas whose payloads are small documents with the same fields.</summary>
    public TestHistory AddDocuments(int count)
    {
        string[] words = ["amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heath"];
        for (var i = 0; i < count; i++)
        {
            var name = string.Join(' ', Enumerable.Range(0, 4).Select(_ => words[random.Next(words.Length)]));
            Add(System.Text.Encoding.UTF8.GetBytes($$"""{"city":"{{words[random.Next(words.Length)]}}","id":{{i}},"name":"{{name}}","price":{{random.Next(1_000)}}}"""));
        }

        return this;
    }

    private byte[] Text(int length)
    {
        var payload = new byte[length];
        for (var i = 0; i < length; i++)
        {
            payload[i] = (byte)"abcdefgh"[random.Next(8)];
        }

        return payload;
    }
}
