using System.Text;
using System.Text.Json;
using OrleansTemporal.Errors;
using OrleansTemporal.Routing;

namespace OrleansTemporal.Kernel.Tests.Routing;

/// <summary>What a route may say, how it is written, and what its priority means for who delivers.</summary>
public sealed class RouteRulesTests
{
    [Theory]
    [InlineData("""{"sourcePattern":"timelines/*","channels":["c"],"priority":"critical","ttl":"5m","conditions":[{"minMagnitude":0.5},{"metadataEquals":{"a":"b"}},{"metadataExists":"k"},{"timeOfDay":{"startHour":22,"endHour":6,"tz":"Europe/Berlin"}}]}""")]
    [InlineData("""{"sourcePattern":"*","channels":["a","b"],"priority":"normal","conditions":[]}""")]
    public void a_route_reads_back_from_its_json(string json) => Assert.Equal(json, Encoding.UTF8.GetString(RouteJson.ToBytes(Read(json))));

    [Fact]
    public void conditions_of_a_kind_hold_together()
    {
        var route = Read("""{"sourcePattern":"*","channels":["a","a"],"ttl":null,"conditions":[{"minMagnitude":2},{"minMagnitude":1},{"metadataEquals":{"a":"1"}},{"metadataEquals":{"a":"1","b":"2"}},{"metadataExists":"x"},{"metadataExists":"x"}]}""");
        Assert.Equal((2d, 2, 1, 1), (route.MinMagnitude!.Value, route.MetadataEquals.Length, route.MetadataExists.Length, route.Channels.Length));
        Assert.Null(route.TimeToLive);
    }

    [Theory]
    [InlineData("[]", "body")]
    [InlineData("""{"channels":["c"]}""", "sourcePattern")]
    [InlineData("""{"sourcePattern":7,"channels":["c"]}""", "sourcePattern")]
    [InlineData("""{"sourcePattern":"a b","channels":["c"]}""", "sourcePattern")]
    [InlineData("""{"sourcePattern":"*"}""", "channels")]
    [InlineData("""{"sourcePattern":"*","channels":[]}""", "channels")]
    [InlineData("""{"sourcePattern":"*","channels":"c"}""", "channels")]
    [InlineData("""{"sourcePattern":"*","channels":["_c"]}""", "channels")]
    [InlineData("""{"sourcePattern":"*","channels":["c"],"color":1}""", "color")]
    [InlineData("""{"sourcePattern":"*","channels":["c"],"priority":"urgent"}""", "priority")]
    [InlineData("""{"sourcePattern":"*","channels":["c"],"priority":3}""", "priority")]
    [InlineData("""{"sourcePattern":"*","channels":["c"],"ttl":"soon"}""", "ttl")]
    [InlineData("""{"sourcePattern":"*","channels":["c"],"ttl":"0s"}""", "ttl")]
    [InlineData("""{"sourcePattern":"*","channels":["c"],"ttl":"36501d"}""", "ttl")]
    [InlineData("""{"sourcePattern":"*","channels":["c"],"conditions":{}}""", "conditions")]
    [InlineData("""{"sourcePattern":"*","channels":["c"],"conditions":[{}]}""", "conditions")]
    [InlineData("""{"sourcePattern":"*","channels":["c"],"conditions":[{"minMagnitude":1,"metadataExists":"a"}]}""", "conditions")]
    [InlineData("""{"sourcePattern":"*","channels":["c"],"conditions":[{"maxMagnitude":1}]}""", "conditions.maxMagnitude")]
    [InlineData("""{"sourcePattern":"*","channels":["c"],"conditions":[{"minMagnitude":1e999}]}""", "conditions.minMagnitude")]
    [InlineData("""{"sourcePattern":"*","channels":["c"],"conditions":[{"metadataEquals":["a"]}]}""", "conditions.metadataEquals")]
    [InlineData("""{"sourcePattern":"*","channels":["c"],"conditions":[{"metadataExists":""}]}""", "conditions.metadataExists")]
    [InlineData("""{"sourcePattern":"*","channels":["c"],"conditions":[{"timeOfDay":{"endHour":3}}]}""", "conditions.timeOfDay.startHour")]
    [InlineData("""{"sourcePattern":"*","channels":["c"],"conditions":[{"timeOfDay":{"startHour":3,"endHour":3}}]}""", "conditions.timeOfDay.endHour")]
    [InlineData("""{"sourcePattern":"*","channels":["c"],"conditions":[{"timeOfDay":{"startHour":3,"endHour":25}}]}""", "conditions.timeOfDay.endHour")]
    [InlineData("""{"sourcePattern":"*","channels":["c"],"conditions":[{"timeOfDay":{"startHour":24,"endHour":3}}]}""", "conditions.timeOfDay.startHour")]
    [InlineData("""{"sourcePattern":"*","channels":["c"],"conditions":[{"timeOfDay":{"startHour":1,"endHour":3,"tz":"../etc"}}]}""", "conditions.timeOfDay.tz")]
    [InlineData("""{"sourcePattern":"*","channels":["c"],"conditions":[{"timeOfDay":{"startHour":1,"endHour":3,"tz":"Mars/Base"}}]}""", "conditions.timeOfDay.tz")]
    [InlineData("""{"sourcePattern":"*","channels":["c"],"conditions":[{"timeOfDay":{"startHour":1.5,"endHour":3}}]}""", "conditions.timeOfDay.startHour")]
    public void what_can_not_hold_is_refused_with_its_field(string json, string field)
    {
        var refused = Assert.Throws<TemporalException>(() => Read(json));
        Assert.Equal((ErrorKind.Invalid, field), (refused.Kind, refused.Field));
    }

    [Fact]
    public void conditions_that_contradict_each_other_are_a_conflict()
    {
        var refused = Assert.Throws<TemporalException>(() => Read("""{"sourcePattern":"*","channels":["c"],"conditions":[{"metadataEquals":{"a":"1"}},{"metadataEquals":{"a":"2"}}]}"""));
        Assert.Equal((ErrorKind.Conflict, ErrorCodes.PolicyConflict), (refused.Kind, refused.Code));
    }

    [Fact]
    public void a_route_has_so_many_channels_and_conditions_and_no_more()
    {
        var full = new RouteDefinition
        {
            SourcePattern = "*",
            Channels = [.. Enumerable.Range(0, Limits.RouteChannelsMax).Select(static i => $"c{i}")],
            MetadataExists = [.. Enumerable.Range(0, Limits.RouteConditionsMax).Select(static i => $"k{i}")],
        };
        RouteRules.Validate(full);
        Assert.Equal("channels", Assert.Throws<TemporalException>(() => RouteRules.Validate(full with { Channels = full.Channels.Add("x") })).Field);
        Assert.Equal("conditions", Assert.Throws<TemporalException>(() => RouteRules.Validate(full with { MinMagnitude = 1 })).Field);
    }

    [Fact]
    public void a_priority_says_how_often_and_how_soon_a_delivery_is_tried_again()
    {
        Assert.Equal([0, 3, 5, null], Enum.GetValues<RoutingPriority>().Select(static priority => RetryTable.Of(priority).RetriesMax));
        var normal = RetryTable.Of(RoutingPriority.Normal);
        Assert.Equal([1d, 2d, 4d, null], new[] { 1, 2, 3, 4 }.Select(failures => RetryTable.DelayBefore(normal, failures, TimeSpan.Zero)?.TotalSeconds));
        Assert.Null(RetryTable.DelayBefore(RetryTable.Of(RoutingPriority.Low), 1, TimeSpan.Zero));
        var critical = RetryTable.Of(RoutingPriority.Critical, TimeSpan.FromHours(1));
        Assert.Equal(RetryTable.DelayMax, RetryTable.DelayBefore(critical, 1_000, TimeSpan.FromMinutes(10)));
        Assert.Null(RetryTable.DelayBefore(critical, 1_000, TimeSpan.FromMinutes(59.5)));
        Assert.Equal(TimeSpan.FromHours(1), critical.Timeout);
    }

    private static RouteDefinition Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        return RouteJson.Read(document.RootElement);
    }
}
