using System.Collections.Immutable;
using OrleansTemporal.Causality;
using OrleansTemporal.Channels;
using OrleansTemporal.Routing;

namespace OrleansTemporal.Kernel.Tests.Routing;

/// <summary>Goal: a compiled set of routes decides as looking at every route by itself does.</summary>
public sealed class RouteMatcherTests
{
    private static readonly string[] Names = ["a", "ab", "b", "orders", "order-items", "w1"];

    [Fact]
    public void a_set_of_routes_decides_as_each_of_them_does() => Seeds.Each(300, static random =>
    {
        var routes = Enumerable.Range(0, random.Next(40)).Select(_ => NextRoute(random)).ToList();
        var matcher = new RouteMatcher(routes);
        for (var i = 0; i < 100; i++)
        {
            var source = new AgentId("default", (AgentKind)random.Next(1, 6), Names[random.Next(Names.Length)], random.Next(2));
            ImmutableArray<KeyValuePair<string, string>> metadata = [.. Enumerable.Range(0, 3).Where(_ => random.Next(2) == 0).Select(key => KeyValuePair.Create($"k{key}", $"v{random.Next(2)}"))];
            var time = HybridTimestamp.FromMilliseconds(1_700_000_000_000 + (random.Next(96) * 900_000L));
            var magnitude = random.Next(4);
            var decided = matcher.Decide(source, metadata, time, magnitude);
            var met = routes.Where(route => Holds(route, source, metadata, time, magnitude)).ToList();
            Assert.Equal(met.SelectMany(static route => route.Channels).Distinct().Order(StringComparer.Ordinal), decided.Channels);
            Assert.Equal(routes.Any(route => Glob.Parse(route.SourcePattern, "p").IsMatch(SourceText.Of(source))), matcher.Names(source));
            if (met.Count > 0)
            {
                Assert.Equal(met.Max(static route => route.Priority), decided.Priority);
                Assert.Equal(met.Any(static route => route.TimeToLive is null) ? null : met.Max(static route => route.TimeToLive), decided.TimeToLive);
                Assert.True(matcher.PriorityOf(source) >= decided.Priority);
            }

            Assert.True(matcher.NeedsMagnitude(source) || decided == matcher.Decide(source, metadata, time, double.NaN));
        }
    });

    [Fact]
    public void more_sources_than_are_kept_are_found_anew()
    {
        var matcher = new RouteMatcher([new RouteDefinition { SourcePattern = "kv/n1*", Channels = ["c"] }]);
        for (var i = 0; i < Limits.RouteSourcesKeptMax + 100; i++)
        {
            Assert.Equal($"n{i}".StartsWith("n1", StringComparison.Ordinal), matcher.Names(new AgentId("default", AgentKind.Kv, $"n{i}", 0)));
        }

        Assert.True(matcher.Names(new AgentId("default", AgentKind.Kv, "n1", 0)));
    }

    [Fact]
    public void a_history_answers_with_the_routes_that_were_in_force() => Seeds.Each(200, static random =>
    {
        var history = new RouteHistory();
        var log = new List<(string Name, HybridTimestamp Time, RouteDefinition? Definition)>();
        for (var i = 1; i <= random.Next(60); i++)
        {
            var change = ($"r{random.Next(6)}", HybridTimestamp.FromMilliseconds(1_000 + (i * 10)), random.Next(4) == 0 ? null : NextRoute(random));
            log.Add(change);
            history.Add(change.Item1, change.Item2, i, change.Item3);
        }

        for (var i = 0; i < 60; i++)
        {
            var time = HybridTimestamp.FromMilliseconds(995 + random.Next(620));
            var channel = $"c{random.Next(4)}";
            var source = new AgentId("default", (AgentKind)random.Next(1, 6), Names[random.Next(Names.Length)], 0);
            var inForce = log.Where(change => change.Time <= time).GroupBy(static change => change.Name).Select(static changes => changes.Last().Definition)
                .Where(route => route is not null && route.Channels.Contains(channel)).Select(static route => route!).ToList();
            Assert.Equal(inForce.Any(route => Matches(route, source)), history.MatcherAt(time, channel).Names(source));
            Assert.Equal(log.Any(change => change.Definition is { } route && route.Channels.Contains(channel) && Matches(route, source)), history.HasEverLed(source, channel));
        }
    });

    [Fact]
    public void what_is_in_force_now_is_compiled_once_for_each_channel_however_many_there_are()
    {
        var history = new RouteHistory();
        for (var i = 0; i < 200; i++)
        {
            history.Add($"r{i}", HybridTimestamp.FromMilliseconds(1_000 + i), i + 1, new RouteDefinition { SourcePattern = "kv/*", Channels = [$"c{i}"] });
        }

        var first = Enumerable.Range(0, 200).Select(i => history.MatcherAt(HybridTimestamp.MaxValue, $"c{i}")).ToList();
        Assert.All(Enumerable.Range(0, 200), i => Assert.Same(first[i], history.MatcherAt(HybridTimestamp.FromMilliseconds(5_000), $"c{i}")));
        Assert.Same(RouteMatcher.None, history.MatcherAt(HybridTimestamp.MaxValue, "nobody"));
        history.Add("r0", HybridTimestamp.FromMilliseconds(6_000), 201, null);
        var source = new AgentId("default", AgentKind.Kv, "n", 0);
        Assert.False(history.MatcherAt(HybridTimestamp.MaxValue, "c0").Names(source));
        Assert.True(history.MatcherAt(HybridTimestamp.FromMilliseconds(5_000), "c0").Names(source));
    }

    private static RouteDefinition NextRoute(Random random) => new()
    {
        SourcePattern = random.Next(6) switch { 0 => "kv/orders", 1 => "kv/*", 2 => "*s/a*", 3 => "*/order?", 4 => "*", _ => "timelines/w*1" },
        Channels = [.. Enumerable.Range(0, 4).Where(channel => channel == 0 || random.Next(3) == 0).Select(static channel => $"c{channel}")],
        Priority = (RoutingPriority)random.Next(4),
        TimeToLive = random.Next(3) == 0 ? null : TimeSpan.FromMinutes(random.Next(1, 5)),
        MinMagnitude = random.Next(3) == 0 ? random.Next(4) : null,
        MetadataEquals = random.Next(3) == 0 ? [KeyValuePair.Create($"k{random.Next(3)}", $"v{random.Next(2)}")] : [],
        MetadataExists = random.Next(3) == 0 ? [$"k{random.Next(3)}"] : [],
        TimesOfDay = random.Next(4) == 0 ? [new TimeOfDay { StartHour = random.Next(24), EndHour = 24, Zone = "Asia/Kathmandu" }] : [],
    };

    private static bool Matches(RouteDefinition route, AgentId source) => Glob.Parse(route.SourcePattern, "p").IsMatch(SourceText.Of(source));

    private static bool Holds(RouteDefinition route, AgentId source, ImmutableArray<KeyValuePair<string, string>> metadata, HybridTimestamp time, double magnitude) =>
        Matches(route, source)
        && (route.MinMagnitude is not { } least || magnitude >= least)
        && route.MetadataEquals.All(metadata.Contains)
        && route.MetadataExists.All(key => metadata.Any(pair => pair.Key == key))
        && route.TimesOfDay.All(hours => time.ToDateTimeOffset().ToOffset(TimeSpan.FromMinutes(345)).Hour is var hour && hour >= hours.StartHour);
}
