using System.Collections.Immutable;
using BenchmarkDotNet.Attributes;
using OrleansTemporal.Causality;
using OrleansTemporal.Routing;

namespace OrleansTemporal.Benchmarks.Routing;

/// <summary>
/// What a delta costs on its way through 1,000 routes: a third name one source, a third a prefix, a third have stars in the
/// middle; half of them have conditions. Of 500 sources each is named by some of them.
/// </summary>
[MemoryDiagnoser]
public class RouteMatcherBenchmarks
{
    private const int RouteCount = 1_000;
    private const int SourceCount = 500;

    private readonly AgentId[] sources = [.. Enumerable.Range(0, SourceCount).Select(static i => new AgentId("default", (AgentKind)(1 + (i % 5)), $"name{i}-of-{i % 7}", 0))];
    private readonly ImmutableArray<KeyValuePair<string, string>> metadata = [KeyValuePair.Create("env", "prod"), KeyValuePair.Create("region", "r3")];
    private readonly HybridTimestamp time = HybridTimestamp.FromMilliseconds(1_790_000_000_000);
    private RouteDefinition[] routes = [];
    private RouteMatcher matcher = null!;
    private int next;

    /// <summary>Makes the routes and has every source known.</summary>
    [GlobalSetup]
    public void Setup()
    {
        routes = [.. Enumerable.Range(0, RouteCount).Select(static i => new RouteDefinition
        {
            SourcePattern = (i % 3) switch { 0 => $"{AgentKinds.ToName((AgentKind)(1 + (i / 3 % 500 % 5)))}/name{i / 3 % 500}-of-{i / 3 % 500 % 7}", 1 => $"kv/name{i % 50}*", _ => $"*/n*e{i % 40}?-o*{i % 7}" },
            Channels = [$"c{i % 20}"],
            Priority = (RoutingPriority)(i % 4),
            MinMagnitude = i % 4 == 0 ? i % 5 : null,
            MetadataEquals = i % 8 == 1 ? [KeyValuePair.Create("region", $"r{i % 9}")] : [],
            TimesOfDay = i % 8 == 3 ? [new TimeOfDay { StartHour = 22, EndHour = 6, Zone = "Europe/Berlin" }] : [],
        })];
        matcher = new RouteMatcher(routes);
        Array.ForEach(sources, source => matcher.Names(source));
    }

    /// <summary>A delta of a source that was seen before.</summary>
    [Benchmark(Baseline = true)]
    public RoutingDecision Decide()
    {
        next = next + 1 < SourceCount ? next + 1 : 0;
        return matcher.Decide(sources[next], metadata, time, 2.5);
    }

    /// <summary>The first delta of a source: every pattern is looked at.</summary>
    [Benchmark]
    public bool FirstOfASource()
    {
        next++;
        return matcher.Names(new AgentId("default", AgentKind.Kv, $"fresh{next}-of-3", 0));
    }
}
