using System.Text;
using System.Text.Json;
using BenchmarkDotNet.Attributes;
using OrleansTemporal.Queries;

namespace OrleansTemporal.Benchmarks.Queries;

/// <summary>One condition on 1,000 documents of 200 bytes, beside parsing them.</summary>
[MemoryDiagnoser]
public class FilterBenchmarks
{
    private readonly QueryDocuments documents = new(1_000);
    private Filter filter = Filter.All;

    /// <summary>The condition.</summary>
    [Params(
        """{"gt":{"field":"amount","value":500000}}""",
        """{"eq":{"field":"zip","value":"12345"}}""",
        """{"eq":{"field":"customer.tier","value":"gold"}}""",
        """{"exists":"nothing"}""",
        """{"matches":{"field":"city","value":"^B.*m$"}}""")]
    public string Condition { get; set; } = "";

    /// <summary>Compiles it.</summary>
    [GlobalSetup]
    public void Setup() => filter = Filter.Parse(Encoding.UTF8.GetBytes(Condition));

    /// <summary>Over canonical bytes.</summary>
    [Benchmark(OperationsPerInvoke = 1_000)]
    public int Matches()
    {
        var passed = 0;
        for (var i = 0; i < documents.Count; i++)
        {
            passed += filter.Matches(documents[i].Span) ? 1 : 0;
        }

        return passed;
    }

    /// <summary>What parsing into a tree costs before anything is compared.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = 1_000)]
    public int Parse()
    {
        var passed = 0;
        for (var i = 0; i < documents.Count; i++)
        {
            using var tree = JsonDocument.Parse(documents[i]);
            passed += tree.RootElement.GetProperty("amount").GetInt32() > 500_000 ? 1 : 0;
        }

        return passed;
    }
}
