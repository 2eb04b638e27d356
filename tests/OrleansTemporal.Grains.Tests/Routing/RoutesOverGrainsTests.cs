using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Channels;
using OrleansTemporal.Errors;
using OrleansTemporal.Events;
using OrleansTemporal.Grains.Tests.Hosting;
using OrleansTemporal.Kv;
using OrleansTemporal.Routing;
using OrleansTemporal.Timelines;

namespace OrleansTemporal.Grains.Tests.Routing;

/// <summary>Routes and domain events over grains: what is said outside of the silo decides what its channels carry.</summary>
public sealed class RoutesOverGrainsTests(TestSilo silo) : IClassFixture<TestSilo>
{
    [Fact]
    public async Task a_route_that_is_made_outside_leads_deltas_of_grains_to_a_channel()
    {
        await silo.Database.Channels.PutAsync(CallContext.Local, "default", "routed", new ChannelSettings { Sources = [] }, CancellationToken.None);
        var route = new RouteDefinition
        {
            SourcePattern = "kv/nu?bers",
            Channels = ["routed"],
            Priority = RoutingPriority.High,
            TimeToLive = TimeSpan.FromHours(1),
            MinMagnitude = 5,
            TimesOfDay = [new TimeOfDay { StartHour = 0, EndHour = 24 }],
        };
        await silo.Client.Routes.PutAsync(CallContext.Local, "default", "large", route, CancellationToken.None);
        foreach (var number in new[] { "1", "7", "-9", "2" })
        {
            await silo.Client.KvService.PutAsync(CallContext.Local, "default", "numbers", "k", System.Text.Encoding.UTF8.GetBytes(number), KvPutOptions.None, CancellationToken.None);
        }

        await Eventually.HoldsAsync("two are carried", async () => (await ReadAsync()).Deltas.Length == 2);
        Assert.Equal([(2L, RoutingPriority.High), (3L, RoutingPriority.High)], (await ReadAsync()).Deltas.Select(static delta => (delta.Sequence, delta.Priority)));
        Assert.Equal(5, (await silo.Client.Routes.GetAsync(CallContext.Local, "default", "large", AsOf.Latest, CancellationToken.None)).Definition.MinMagnitude);
        await silo.Client.Routes.DeleteAsync(CallContext.Local, "default", "large", CancellationToken.None);
        Assert.Equal(2, (await ReadAsync()).Deltas.Length);
        Assert.Equal(
            ErrorCodes.DeltaRouteNotFound,
            (await Assert.ThrowsAsync<TemporalException>(async () => await silo.Client.Routes.DeleteAsync(CallContext.Local, "default", "large", CancellationToken.None))).Code);

        ValueTask<ChannelBatch> ReadAsync() => silo.Database.Channels.ReadAsync(CallContext.Local, "default", "routed", default, 100, CancellationToken.None);
    }

    [Fact]
    public async Task domain_events_are_the_same_inside_and_outside()
    {
        await silo.Client.Timelines.DefineAsync(CallContext.Local, "default", "told", new TimelineDefinition(2, new TimelinePolicy()), CancellationToken.None);
        await silo.Client.Timelines.WriteAsync(CallContext.Local, "default", "told", new TimelineWrite { State = new[] { 3f, 4f } }, CancellationToken.None);
        var (inside, outside) = (await ReadAsync(silo.Database.Events), await ReadAsync(silo.Client.Events));
        Assert.Equal(["ChangeDetected", "DeltaExtracted", "DeltaCaptured", "DeltaApplied", "DeltaVersioned"], outside);
        Assert.Equal(inside, outside);

        static async Task<List<string>> ReadAsync(EventService events) =>
            [.. (await events.ReadAsync(CallContext.Local, "default", [], default, 1_000, CancellationToken.None)).Events.Where(static one => one.Agent.Name == "told").Select(static one => one.Type).Where(static type => type != DomainEventTypes.SnapshotCreated)];
    }
}
