using OrleansTemporal.Agents.Tests.Channels;
using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Causality;
using OrleansTemporal.Channels;
using OrleansTemporal.Routing;
using static OrleansTemporal.Agents.Tests.Kv.KvTestCalls;

namespace OrleansTemporal.Agents.Tests.Routing;

/// <summary>
/// Goal: a channel carries exactly those deltas that the routes in force at their system time lead to it, for every reader and
/// at every batch size, whatever was changed, restarted or killed between.
/// </summary>
public sealed class RoutingModelTests
{
    private const string Name = "routed";

    private static readonly string[] Patterns = ["kv/*", "*", "timelines/w", "s*/*", "vectors/fa?es", "kv/other"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task a_channel_carries_what_the_routes_of_each_deltas_time_lead_to_it(int seed)
    {
        var random = new Random(seed);
        await using var store = await HeldStore.OpenAsync(new AgentOptions { GenerationBytesMax = 4_096 });
        var run = new FacetsRun(store, random);
        await run.DefineAsync();
        await store.Database.Channels.PutAsync(CallContext.Local, Workspace, Name, new ChannelSettings { Sources = [] }, CancellationToken.None);
        var changes = new List<(string Name, HybridTimestamp Time, RouteDefinition? Definition)>();
        for (var step = 0; step < 150; step++)
        {
            switch (random.Next(12))
            {
                case 0 or 1:
                    await ChangeAsync(store, random, changes);
                    break;
                case 2:
                    await store.AnnounceAsync();
                    break;
                case 3 when random.Next(4) == 0:
                    await store.MaintainAsync();
                    await store.ReopenAsync(clean: random.Next(2) == 0);
                    break;
                default:
                    store.Time.Advance(TimeSpan.FromMinutes(random.Next(50)));
                    await run.WriteAsync();
                    break;
            }
        }

        await Eventually.HoldsAsync("everything is announced", async () =>
        {
            await store.AnnounceAsync();
            return (await store.ReadAllAsync()).Length == run.Told.Count + 3;
        });
        await store.AnnounceAsync();
        var told = run.Told.ToDictionary(static one => (one.Agent, one.Sequence));
        var expected = (await store.ReadAllAsync())
            .Select(delta => (Delta: delta, Met: changes.Where(change => change.Time <= delta.SystemTime).GroupBy(static change => change.Name).Select(static made => made.Last().Definition)
                .Where(route => route is not null && Holds(route, delta, told.GetValueOrDefault((delta.Agent, delta.Sequence))?.Magnitude ?? 0)).Select(static route => route!).ToList()))
            .Where(static one => one.Met.Count > 0)
            .ToDictionary(static one => (one.Delta.Agent, one.Delta.Sequence), static one => one.Met);
        foreach (var countMax in new[] { 1, 7, 1_000 })
        {
            var carried = await ReadAllAsync(store, countMax);
            Assert.Equal(expected.Keys.ToHashSet(), carried.Select(static delta => (delta.Agent, delta.Sequence)).ToHashSet());
            Assert.Equal(expected.Count, carried.Count);
            Assert.All(carried.GroupBy(static delta => delta.Agent), static source => Assert.Equal(source.Select(static delta => delta.Sequence).Order(), source.Select(static delta => delta.Sequence)));
            Assert.All(carried, delta =>
            {
                var met = expected[(delta.Agent, delta.Sequence)];
                Assert.Equal(met.Max(static route => route.Priority), delta.Priority);
                Assert.Equal(met.Any(static route => route.TimeToLive is null), delta.ExpiresAt is null);
            });
        }
    }

    private static async Task ChangeAsync(TestStore store, Random random, List<(string Name, HybridTimestamp Time, RouteDefinition? Definition)> changes)
    {
        var name = $"r{random.Next(4)}";
        if (changes.FindLast(change => change.Name == name).Definition is not null && random.Next(3) == 0)
        {
            var removed = await store.Database.Routes.DeleteAsync(CallContext.Local, Workspace, name, CancellationToken.None);
            changes.Add((name, removed.SystemTime, null));
            return;
        }

        var route = new RouteDefinition
        {
            SourcePattern = Patterns[random.Next(Patterns.Length)],
            Channels = random.Next(6) == 0 ? [ChannelCalls.Name] : [Name],
            Priority = (RoutingPriority)random.Next(4),
            TimeToLive = random.Next(3) == 0 ? TimeSpan.FromDays(400) : null,
            MinMagnitude = random.Next(3) == 0 ? random.Next(5) : null,
            MetadataEquals = random.Next(4) == 0 ? [KeyValuePair.Create("tone", "red")] : [],
            MetadataExists = random.Next(5) == 0 ? ["tone"] : [],
            TimesOfDay = random.Next(4) == 0 ? [new TimeOfDay { StartHour = 22, EndHour = 9 }] : [],
        };
        var made = await store.Database.Routes.PutAsync(CallContext.Local, Workspace, name, route, CancellationToken.None);
        changes.Add((name, made.Receipt!.SystemTime, route));
    }

    private static bool Holds(RouteDefinition route, AgentDelta delta, double magnitude) =>
        route.Channels.Contains(Name)
        && Glob.Parse(route.SourcePattern, "p").IsMatch(SourceText.Of(delta.Agent))
        && magnitude >= (route.MinMagnitude ?? 0)
        && route.MetadataEquals.All(delta.Metadata.Contains)
        && route.MetadataExists.All(key => delta.Metadata.Any(pair => pair.Key == key))
        && route.TimesOfDay.All(_ => delta.SystemTime.ToDateTimeOffset().Hour is >= 22 or < 9);

    private static async Task<List<AgentDelta>> ReadAllAsync(TestStore store, int countMax)
    {
        var all = new List<AgentDelta>();
        for (var cursor = default(ChannelCursor); ;)
        {
            var batch = await store.Database.Channels.ReadAsync(CallContext.Local, Workspace, Name, cursor, countMax, CancellationToken.None);
            Assert.InRange(batch.Deltas.Length, 0, countMax);
            all.AddRange(batch.Deltas);
            if (!batch.HasMore)
            {
                return all;
            }

            Assert.NotEqual(cursor, batch.Next);
            cursor = batch.Next;
        }
    }
}
