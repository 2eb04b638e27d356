using BenchmarkDotNet.Attributes;
using OrleansTemporal.Causality;
using OrleansTemporal.Kv;

namespace OrleansTemporal.Benchmarks.Kernel;

/// <summary>What one write of a value of one KiB costs in hashing and encoding, outside and inside the gate.</summary>
[MemoryDiagnoser]
public class CausalityBenchmarks
{
    private readonly byte[] value = new byte[1024];
    private readonly byte[] salt = new byte[PayloadBuffer.SaltBytes];
    private readonly byte[] destination = new byte[4096];
    private readonly byte[] facet = [2, 5, 0];
    private readonly DeltaEncoder encoder = new(new AgentId("default", AgentKind.Kv, "users", 0));
    private readonly HybridClock clock = new(TimeProvider.System, HybridTimestamp.Zero);
    private DeltaDraft draft = null!;
    private ReadOnlyMemory<byte> record;

    /// <summary>Makes a draft and its record.</summary>
    [GlobalSetup]
    public void Setup()
    {
        draft = PrepareDraft();
        record = destination.AsMemory(0, EncodeDelta());
    }

    /// <summary>Outside the gate: payload, commitment, context.</summary>
    [Benchmark]
    public DeltaDraft PrepareDraft()
    {
        var payload = new PayloadBuffer(salt, KvPayloadWriter.GetCapacity("user:12345", value.Length));
        new KvPayloadWriter(payload, 1).Put("user:12345", value);
        return new DeltaDraft(new DeltaKind(ActionKind.Storage, 1), KvPayloadFormat.SchemaVersion, payload, DeltaContext.None);
    }

    /// <summary>Inside the gate: header, action, copies.</summary>
    [Benchmark]
    public int EncodeDelta() => encoder.Encode(destination, draft, facet, 1, 7, new HybridTimestamp(99), out _);

    /// <summary>Inside the gate: the new root.</summary>
    [Benchmark]
    public Distinction Synthesize() => Synthesis.Synthesize(CanonicalRoots.PrimordialZero, CanonicalRoots.PrimordialOne);

    /// <summary>Inside the gate: the timestamp.</summary>
    [Benchmark]
    public HybridTimestamp Next() => clock.Next();

    /// <summary>On load: one record.</summary>
    [Benchmark]
    public bool ReadRecord() => DeltaRecord.TryRead(record, out _, out _);

    /// <summary>On load: one step of the chain.</summary>
    [Benchmark]
    public Distinction AdvanceRoot() => RootChain.Advance(draft.Commitment, DeltaRecord.Read(record));
}
