using System.Buffers;
using System.Text;
using BenchmarkDotNet.Attributes;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Benchmarks.Kernel;

/// <summary>Canonical JSON of a document of about one KiB, beside what only reading its tokens costs.</summary>
[MemoryDiagnoser]
public class CanonicalJsonBenchmarks
{
    private readonly ArrayBufferWriter<byte> writer = new(8192);
    private byte[] canonical = [];
    private byte[] reversed = [];

    /// <summary>Makes the document.</summary>
    [GlobalSetup]
    public void Setup()
    {
        var members = Enumerable.Range(0, 32).Select(i => $"\"field{i:d2}\":" + (i % 4) switch
        {
            0 => $"\"some text value number {i}\"",
            1 => $"{i * 1234567}",
            2 => $"{i}.25",
            _ => "{\"active\":true,\"city\":\"Stuttgart\",\"scores\":[1,2,3]}",
        }).ToList();
        canonical = CanonicalJson.Canonicalize(Encoding.UTF8.GetBytes("{" + string.Join(',', members) + "}"));
        members.Reverse();
        reversed = Encoding.UTF8.GetBytes("{" + string.Join(',', members) + "}");
    }

    /// <summary>Canonical already.</summary>
    [Benchmark]
    public void Canonical()
    {
        writer.ResetWrittenCount();
        CanonicalJson.Canonicalize(canonical, writer);
    }

    /// <summary>All members in the wrong order.</summary>
    [Benchmark]
    public void Reversed()
    {
        writer.ResetWrittenCount();
        CanonicalJson.Canonicalize(reversed, writer);
    }

    /// <summary>The framework's reader, tokens only.</summary>
    [Benchmark(Baseline = true)]
    public int Utf8JsonReader()
    {
        var reader = new System.Text.Json.Utf8JsonReader(canonical);
        var tokens = 0;
        while (reader.Read())
        {
            tokens++;
        }

        return tokens;
    }
}
