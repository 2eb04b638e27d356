using System.Text;
using System.Text.Json;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Queries;

namespace OrleansTemporal.Kernel.Tests.Queries;

/// <summary>Filters over canonical bytes mean what they mean over parsed trees.</summary>
public class FilterTests
{
    // Goal: no document, path or operand makes the byte search differ from a tree walk.
    [Fact]
    public void a_filter_passes_what_a_tree_walk_passes() => Seeds.Each(2_000, random =>
    {
        var generator = new QueryGenerator(random);
        var documents = Enumerable.Range(0, 8).Select(_ => generator.Document()).ToList();
        using var sample = JsonDocument.Parse(documents[0]);
        for (var i = 0; i < 8; i++)
        {
            var (json, oracle) = generator.Filter(sample.RootElement);
            var filter = Filter.Parse(Encoding.UTF8.GetBytes(json.ToJsonString()));
            foreach (var document in documents)
            {
                using var tree = JsonDocument.Parse(document);
                Assert.True(
                    oracle(tree.RootElement) == filter.Matches(document),
                    $"{json.ToJsonString()} on {Encoding.UTF8.GetString(document)}");
            }
        }
    });

    [Fact]
    public void a_path_finds_what_a_tree_walk_finds() => Seeds.Each(2_000, random =>
    {
        var generator = new QueryGenerator(random);
        var document = generator.Document(6);
        using var tree = JsonDocument.Parse(document);
        for (var i = 0; i < 16; i++)
        {
            var steps = generator.Steps(tree.RootElement);
            var expected = FilterOracle.Find(tree.RootElement, steps)?.GetRawText() ?? "";
            var path = QueryGenerator.PathText(steps);
            Assert.Equal(expected, Encoding.UTF8.GetString(FieldPath.Parse(path, "field").Find(document)));
        }
    });

    [Theory]
    [InlineData("""{"eq":{"field":"n","value":9007199254740992}}""", """{"n":9007199254740993}""", false)]
    [InlineData("""{"gt":{"field":"n","value":9007199254740992}}""", """{"n":9007199254740993}""", true)]
    [InlineData("""{"eq":{"field":"n","value":1.0}}""", """{"n":1}""", true)]
    [InlineData("""{"lt":{"field":"n","value":1e400}}""", """{"n":9.9e399}""", true)]
    [InlineData("""{"ne":{"field":"n","value":1}}""", "{}", true)]
    [InlineData("""{"not":{"gt":{"field":"n","value":1}}}""", "{}", true)]
    [InlineData("""{"lte":{"field":"n","value":1}}""", "{}", false)]
    [InlineData("""{"eq":{"field":"n","value":null}}""", """{"n":null}""", true)]
    [InlineData("""{"eq":{"field":"n","value":null}}""", "{}", false)]
    [InlineData("""{"exists":"n"}""", """{"n":null}""", true)]
    [InlineData("""{"exists":{"field":"n","value":false}}""", "{}", true)]
    [InlineData("""{"gt":{"field":"n","value":"1"}}""", """{"n":2}""", false)]
    [InlineData("""{"gt":{"field":"$","value":1}}""", "2", true)]
    [InlineData("""{"eq":{"field":"a.0.b","value":1}}""", """{"a":[{"b":1}]}""", true)]
    [InlineData("""{"eq":{"field":"a.0","value":1}}""", """{"a":{"0":1}}""", true)]
    [InlineData("""{"eq":{"field":"a[0]","value":1}}""", """{"a":{"0":1}}""", false)]
    [InlineData("""{"eq":{"field":"a\\.b","value":1}}""", """{"a":{"b":2},"a.b":1}""", true)]
    [InlineData("""{"contains":{"field":"tags","value":{"b":1,"a":2}}}""", """{"tags":[1,{"a":2,"b":1}]}""", true)]
    [InlineData("""{"contains":{"field":"t","value":"n"}}""", """{"t":"\n"}""", false)]
    [InlineData("""{"matches":{"field":"t","value":"^a.c$"}}""", """{"t":"abc"}""", true)]
    [InlineData("""{"matches":{"field":"t","value":"b"}}""", """{"t":"abc"}""", true)]
    [InlineData("""{"matches":{"field":"t","value":"^\\n😀$"}}""", """{"t":"\n😀"}""", true)]
    [InlineData("""{"matches":{"field":"t","value":"."}}""", """{"t":7}""", false)]
    [InlineData("""{"and":[]}""", "{}", true)]
    [InlineData("""{"or":[]}""", "{}", false)]
    public void cases_that_are_easily_got_wrong(string filter, string document, bool passes) =>
        Assert.Equal(passes, Filter.Parse(Encoding.UTF8.GetBytes(filter)).Matches(CanonicalJson.Canonicalize(Encoding.UTF8.GetBytes(document))));

    [Theory]
    [InlineData("""[]""", "filter")]
    [InlineData("""{}""", "filter")]
    [InlineData("""{"eq":{"field":"a","value":1},"ne":{"field":"a","value":1}}""", "filter")]
    [InlineData("""{"equals":{"field":"a","value":1}}""", "filter")]
    [InlineData("""{"eq":1}""", "filter.eq")]
    [InlineData("""{"eq":{"value":1}}""", "filter.eq.field")]
    [InlineData("""{"eq":{"field":1,"value":1}}""", "filter.eq.field")]
    [InlineData("""{"eq":{"field":"","value":1}}""", "filter.eq.field")]
    [InlineData("""{"eq":{"field":"a..b","value":1}}""", "filter.eq.field")]
    [InlineData("""{"eq":{"field":"a.","value":1}}""", "filter.eq.field")]
    [InlineData("""{"eq":{"field":"a[x]","value":1}}""", "filter.eq.field")]
    [InlineData("""{"eq":{"field":"a[0","value":1}}""", "filter.eq.field")]
    [InlineData("""{"eq":{"field":"a[0]b","value":1}}""", "filter.eq.field")]
    [InlineData("""{"eq":{"field":"a\\","value":1}}""", "filter.eq.field")]
    [InlineData("""{"eq":{"field":"a"}}""", "filter.eq.value")]
    [InlineData("""{"eq":{"field":"a","value":1,"case":2}}""", "filter.eq.case")]
    [InlineData("""{"gt":{"field":"a","value":null}}""", "filter.gt.value")]
    [InlineData("""{"and":{"eq":1}}""", "filter.and")]
    [InlineData("""{"and":[{"exists":"a"},{"or":[{"not":{"lt":{"field":"a","value":true}}}]}]}""", "filter.and[1].or[0].not.lt.value")]
    [InlineData("""{"exists":{"field":"a","value":1}}""", "filter.exists.value")]
    [InlineData("""{"matches":{"field":"a","value":1}}""", "filter.matches.value")]
    [InlineData("""{"matches":{"field":"a","value":"("}}""", "filter.matches.value")]
    [InlineData("""{"matches":{"field":"a","value":"(a)\\1"}}""", "filter.matches.value")]
    [InlineData("""{"matches":{"field":"a","value":"(?=a)"}}""", "filter.matches.value")]
    public void a_malformed_filter_is_refused_with_its_place(string filter, string field)
    {
        var refusal = Assert.Throws<TemporalException>(() => Filter.Parse(Encoding.UTF8.GetBytes(filter)));
        Assert.Equal((ErrorKind.Invalid, ErrorCodes.InvalidField, field), (refusal.Kind, refusal.Code, refusal.Field));
    }

    [Theory]
    [InlineData("(a{1000}){1000}")]
    [InlineData("((a{99}){99}){99}")]
    [InlineData("a{2,1001}")]
    [InlineData("[abc]{99999999999}")]
    [InlineData("((a|b){40}[x-z]{3}){40}")]
    public void a_pattern_that_would_grow_is_refused_by_its_size(string pattern)
    {
        var filter = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object> { ["matches"] = new { field = "a", value = pattern } });
        var refusal = Assert.Throws<TemporalException>(() => Filter.Parse(filter));
        Assert.Equal((ErrorCodes.QueryTooLarge, (long?)Limits.PatternSizeMax, "filter.matches.value"), (refusal.Code, refusal.Limit, refusal.Field));
    }

    [Fact]
    public void limits_of_filters_are_reached()
    {
        var most = "{\"and\":[" + string.Join(',', Enumerable.Repeat("{\"exists\":\"a\"}", Limits.FilterNodesMax - 1)) + "]}";
        Assert.False(Filter.Parse(Encoding.UTF8.GetBytes(most)).Matches("{}"u8));
        var refusal = Assert.Throws<TemporalException>(() => Filter.Parse(Encoding.UTF8.GetBytes(most.Replace("[", "[{\"exists\":\"a\"},", StringComparison.Ordinal))));
        Assert.Equal((ErrorCodes.QueryTooLarge, (long?)Limits.FilterNodesMax), (refusal.Code, refusal.Limit));

        var longest = new string('a', Limits.FieldPathLengthMax);
        Assert.False(FieldPath.Parse(longest, "field").Find("{}"u8).Length > 0);
        Assert.Throws<TemporalException>(() => FieldPath.Parse(longest + "a", "field"));
        Assert.Throws<TemporalException>(() => FieldPath.Parse(string.Join('.', Enumerable.Repeat("a", Limits.JsonDepthMax + 1)), "field"));

        var pattern = Assert.Throws<TemporalException>(() => Filter.Parse(JsonSerializer.SerializeToUtf8Bytes(new { matches = new { field = "a", value = new string('|', Limits.PatternLengthMax + 1) } })));
        Assert.Equal((long?)Limits.PatternLengthMax, pattern.Limit);
    }

    // Goal: whatever is sent, a filter is compiled or refused in words; it never fails in another way.
    [Fact]
    public void mutilated_filters_are_refused_in_words() => Seeds.Each(2_000, random =>
    {
        var generator = new QueryGenerator(random);
        var document = generator.Document();
        using var sample = JsonDocument.Parse(document);
        var text = Encoding.UTF8.GetBytes(generator.Filter(sample.RootElement).Json.ToJsonString());
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            text[random.Next(text.Length)] = (byte)"{}[]\",:\\0a"[random.Next(10)];
        }

        try
        {
            Filter.Parse(text).Matches(document);
        }
        catch (TemporalException refusal)
        {
            Assert.True(refusal.Kind is ErrorKind.Invalid or ErrorKind.TooLarge);
            Assert.True(refusal.Code == ErrorCodes.MalformedJson || refusal.Field is not null, refusal.Message);
        }
    });
}
