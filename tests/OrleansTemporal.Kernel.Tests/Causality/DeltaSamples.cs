using OrleansTemporal.Causality;
using System.Buffers;

namespace OrleansTemporal.Kernel.Tests.Causality;

/// <summary>Makes deltas of every shape from a seed.</summary>
internal static class DeltaSamples
{
    internal static readonly AgentId Agent = AgentId.Parse("kv/default/users/0");

    internal static DeltaContext Context(Random random) => new()
    {
        Operation = random.Next(2) == 0 ? null : new OperationStamp("default PUT /x " + random.Next(), RandomDistinction(random)),
        Group = random.Next(2) == 0 ? null : new WriteGroup(new UInt128((ulong)random.NextInt64(), (ulong)random.NextInt64()), 3, random.Next(3)),
        Actor = random.Next(2) == 0 ? "" : "Zoë",
        Causes = random.Next(2) == 0 ? [] : [new WriteId(7, 8, 9), new WriteId((uint)random.Next(), random.NextInt64(), 65535)],
        Metadata = random.Next(2) == 0 ? [] : [new("z", "1"), new("a", ""), new("é", "ü")],
        KeyId = random.Next(2) == 0 ? "" : "key-1",
    };

    internal static DeltaDraft Draft(Random random, int payloadBytes, DeltaContext context)
    {
        var salt = new byte[PayloadBuffer.SaltBytes];
        random.NextBytes(salt);
        var payload = new byte[payloadBytes];
        random.NextBytes(payload);
        var buffer = new PayloadBuffer(salt, random.Next(payloadBytes + 1));
        buffer.Write(payload);
        return new DeltaDraft(new DeltaKind(ActionKind.Storage, 1), 1, buffer, context);
    }

    internal static byte[] Encode(DeltaDraft draft, ReadOnlySpan<byte> facet, long sequence, HybridTimestamp time, out Distinction action)
    {
        var encoder = new DeltaEncoder(Agent);
        var bytes = new byte[encoder.GetRecordLength(draft, facet.Length)];
        Assert.Equal(bytes.Length, encoder.Encode(bytes, draft, facet, 5, sequence, time, out action));
        return bytes;
    }

    internal static Distinction RandomDistinction(Random random)
    {
        var bytes = new byte[Distinction.Size];
        random.NextBytes(bytes);
        return Distinction.FromBytes(bytes);
    }
}
