using System.Text;
using System.Text.Json;
using OrleansTemporal.Errors;
using OrleansTemporal.Lifecycle;

namespace OrleansTemporal.Agents.Tests.Lifecycle;

/// <summary>A policy as JSON: what comes out goes in, and what can not hold is refused with the field.</summary>
public sealed class LifecyclePolicyTests
{
    [Fact]
    public void the_default_is_contiguous_and_lets_nothing_go() => Assert.Equal(
        """{"tiers":{"hot":"1h","warm":"2d","cold":"30d"},"heat":{"halfLife":"6h","promoteAbove":1000,"demoteBelow":100},"fitness":{"reference":1,"descendant":1,"heat":1,"day":1,"grace":"7d","fitFrom":2},"compression":{"warm":"deflate","cold":"brotli"},"retention":[],"schedule":{"consolidation":"5m","distillation":"1h","genome":"1d"},"bytesPerSecondMax":null}""",
        Write(LifecyclePolicy.Default));

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"tiers":{"hot":"10s","warm":"1m","cold":"1h"},"heat":{"halfLife":"1s","promoteAbove":5.5,"demoteBelow":0.5},"schedule":{"consolidation":"10s","distillation":"3h","genome":"7d"},"bytesPerSecondMax":1048576}""")]
    [InlineData("""{"fitness":{"reference":0.35,"descendant":0.1,"heat":0.25,"day":0,"grace":"1d","fitFrom":-2.5}}""")]
    [InlineData("""{"retention":[{"match":"kv/orders","keep":"365d"},{"match":"kv/log*","keep":"1d"},{"match":"kv/*","keep":"36500d"}]}""")]
    [InlineData("""{"retention":[{"match":"timelines/w","keep":"90d","keepLast":1000},{"match":"timelines/*","downsample":[{"after":"1d","to":"1m"},{"after":"30d","to":"1h"}]},{"match":"timelines/n*","downsample":[{"afterLast":100,"every":10},{"afterLast":200,"every":100}]}]}""")]
    [InlineData("""{"retention":[{"match":"series/*","keep":"365d","downsample":[{"after":"30d","to":"1m"}]},{"match":"series/a","downsample":[{"after":"1d","to":"90s"},{"after":"2d","to":"30m"}]}]}""")]
    [InlineData("""{"tiers":{"warm":"3d"},"retention":[],"compression":{"cold":"brotli"},"bytesPerSecondMax":null}""")]
    public void what_comes_out_goes_in(string json)
    {
        var policy = LifecyclePolicyJson.Parse(Encoding.UTF8.GetBytes(json));
        var written = Write(policy);
        Assert.Equal(policy, LifecyclePolicyJson.Parse(Encoding.UTF8.GetBytes(written)));
        Assert.Equal(written, Write(LifecyclePolicyJson.Parse(Encoding.UTF8.GetBytes(written))));
    }

    [Theory]
    [InlineData("""{"tiers":{"hot":"0s"}}""", "tiers.hot")]
    [InlineData("""{"tiers":{"hot":"48h"}}""", "tiers.warm")]
    [InlineData("""{"tiers":{"warm":"30d"}}""", "tiers.cold")]
    [InlineData("""{"tiers":{"cold":"36501d"}}""", "tiers.cold")]
    [InlineData("""{"tiers":{"deep":"1d"}}""", "tiers.deep")]
    [InlineData("""{"tiers":{"hot":3600}}""", "tiers.hot")]
    [InlineData("""{"tiers":[]}""", "tiers")]
    [InlineData("""{"heat":{"halfLife":"1ms"}}""", "heat.halfLife")]
    [InlineData("""{"heat":{"demoteBelow":0}}""", "heat.demoteBelow")]
    [InlineData("""{"heat":{"promoteAbove":1}}""", "heat.promoteAbove")]
    [InlineData("""{"heat":{"promoteAbove":"1"}}""", "heat.promoteAbove")]
    [InlineData("""{"fitness":{"reference":-1}}""", "fitness.reference")]
    [InlineData("""{"fitness":{"descendant":1e7}}""", "fitness.descendant")]
    [InlineData("""{"fitness":{"heat":"1"}}""", "fitness.heat")]
    [InlineData("""{"fitness":{"day":-0.5}}""", "fitness.day")]
    [InlineData("""{"fitness":{"grace":7}}""", "fitness.grace")]
    [InlineData("""{"fitness":{"bias":0.05}}""", "fitness.bias")]
    [InlineData("""{"fitness":[]}""", "fitness")]
    [InlineData("""{"compression":{"cold":"lz4"}}""", "compression.cold")]
    [InlineData("""{"retention":{"match":"kv/*","keep":"1d"}}""", "retention")]
    [InlineData("""{"retention":["kv/*"]}""", "retention[0]")]
    [InlineData("""{"retention":[{"match":"kv/*"}]}""", "retention[0].keep")]
    [InlineData("""{"retention":[{"keep":"1d"}]}""", "retention[0].match")]
    [InlineData("""{"retention":[{"match":"kv/*","keep":"23h"}]}""", "retention[0].keep")]
    [InlineData("""{"retention":[{"match":"kv/*","keep":"36501d"}]}""", "retention[0].keep")]
    [InlineData("""{"retention":[{"match":"kv/*","keep":"1d"},{"match":"signals/*","keep":"1d"}]}""", "retention[1].match")]
    [InlineData("""{"retention":[{"match":"kv/","keep":"1d"}]}""", "retention[0].match")]
    [InlineData("""{"retention":[{"match":"kv/a b","keep":"1d"}]}""", "retention[0].match")]
    [InlineData("""{"retention":[{"match":"kv/*","keep":"1d","downsample":[{"after":"30d","to":"1m"}]}]}""", "retention[0].downsample")]
    [InlineData("""{"retention":[{"match":"timelines/*"}]}""", "retention[0]")]
    [InlineData("""{"retention":[{"match":"timelines/a b","keep":"1d"}]}""", "retention[0].match")]
    [InlineData("""{"retention":[{"match":"timelines/*","keepLast":0}]}""", "retention[0].keepLast")]
    [InlineData("""{"retention":[{"match":"kv/*","keep":"1d","keepLast":5}]}""", "retention[0].keepLast")]
    [InlineData("""{"retention":[{"match":"timelines/*","downsample":{}}]}""", "retention[0].downsample")]
    [InlineData("""{"retention":[{"match":"timelines/*","downsample":[1]}]}""", "retention[0].downsample[0]")]
    [InlineData("""{"retention":[{"match":"timelines/*","downsample":[{"after":"1d"}]}]}""", "retention[0].downsample[0]")]
    [InlineData("""{"retention":[{"match":"timelines/*","downsample":[{"after":"1h","to":"1m"}]}]}""", "retention[0].downsample[0].after")]
    [InlineData("""{"retention":[{"match":"timelines/*","downsample":[{"after":"1d","to":"1ms"}]}]}""", "retention[0].downsample[0].to")]
    [InlineData("""{"retention":[{"match":"timelines/*","downsample":[{"after":"1d","to":"1h"},{"after":"2d","to":"1m"}]}]}""", "retention[0].downsample[1].to")]
    [InlineData("""{"retention":[{"match":"timelines/*","downsample":[{"after":"1d","to":"1h"},{"afterLast":5,"every":10}]}]}""", "retention[0].downsample[1]")]
    [InlineData("""{"retention":[{"match":"timelines/*","downsample":[{"afterLast":5,"every":1}]}]}""", "retention[0].downsample[0].every")]
    [InlineData("""{"retention":[{"match":"kv/*","keep":"1d","archive":true}]}""", "retention[0].archive")]
    [InlineData("""{"retention":[{"match":"series/*"}]}""", "retention[0]")]
    [InlineData("""{"retention":[{"match":"series/a b","keep":"1d"}]}""", "retention[0].match")]
    [InlineData("""{"retention":[{"match":"series/*","keep":"23h"}]}""", "retention[0].keep")]
    [InlineData("""{"retention":[{"match":"series/*","keep":"1d","keepLast":5}]}""", "retention[0].keepLast")]
    [InlineData("""{"retention":[{"match":"series/*","downsample":[{"afterLast":5,"every":10}]}]}""", "retention[0].downsample[0].every")]
    [InlineData("""{"retention":[{"match":"series/*","downsample":[{"after":"1d","to":"1m"},{"after":"2d","to":"90s"}]}]}""", "retention[0].downsample[1].to")]
    [InlineData("""{"schedule":{"consolidation":"9s"}}""", "schedule.consolidation")]
    [InlineData("""{"schedule":{"backup":"1h"}}""", "schedule.backup")]
    [InlineData("""{"bytesPerSecondMax":1}""", "bytesPerSecondMax")]
    [InlineData("""{"bytesPerSecondMax":1.5}""", "bytesPerSecondMax")]
    [InlineData("""{"colour":1}""", "colour")]
    [InlineData("[]", "body")]
    public void what_can_not_hold_is_refused_with_its_field(string json, string field)
    {
        var refusal = Assert.Throws<TemporalException>(() => LifecyclePolicyJson.Parse(Encoding.UTF8.GetBytes(json)));
        Assert.Equal((ErrorCodes.InvalidField, field), (refusal.Code, refusal.Field));
    }

    [Theory]
    [InlineData(Limits.RetentionRulesMax, true)]
    [InlineData(Limits.RetentionRulesMax + 1, false)]
    public void rules_are_bounded(int count, bool holds)
    {
        var policy = new LifecyclePolicy { Retention = [.. Enumerable.Range(0, count).Select(static i => new RetentionRule { Match = $"kv/n{i}", Keep = TimeSpan.FromDays(2) })] };
        var refusal = Record.Exception(() => LifecyclePolicyJson.Validate(policy)) as TemporalException;
        Assert.Equal(holds, refusal is null);
        Assert.True(holds || refusal is { Field: "retention", Limit: Limits.RetentionRulesMax });
    }

    [Theory]
    [InlineData(Limits.DownsampleLevelsMax, true)]
    [InlineData(Limits.DownsampleLevelsMax + 1, false)]
    public void levels_of_a_rule_are_bounded(int count, bool holds)
    {
        var levels = Enumerable.Range(1, count).Select(static i => new DownsampleLevel { AfterLast = i, Every = i + 1 });
        var policy = new LifecyclePolicy { Retention = [new RetentionRule { Match = "timelines/*", Downsample = [.. levels] }] };
        var refusal = Record.Exception(() => LifecyclePolicyJson.Validate(policy)) as TemporalException;
        Assert.Equal(holds, refusal is null);
        Assert.True(holds || refusal is { Field: "retention[0].downsample", Limit: Limits.DownsampleLevelsMax });
    }

    [Fact]
    public void what_is_not_json_is_malformed() =>
        Assert.Equal(ErrorCodes.MalformedJson, Assert.Throws<TemporalException>(static () => LifecyclePolicyJson.Parse("{"u8.ToArray())).Code);

    private static string Write(LifecyclePolicy policy)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            LifecyclePolicyJson.WriteMembers(json, policy);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
