using BenchmarkDotNet.Attributes;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Benchmarks.Kernel;

/// <summary>CRC-32C of frames and of blocks.</summary>
public class Crc32CBenchmarks
{
    private byte[] data = [];

    /// <summary>Bytes of input.</summary>
    [Params(256, 4096, 1 << 20)]
    public int Length { get; set; }

    /// <summary>Makes the input.</summary>
    [GlobalSetup]
    public void Setup() => data = new byte[Length];

    /// <summary>The checksum.</summary>
    [Benchmark]
    public uint Compute() => Crc32C.Compute(data);
}
