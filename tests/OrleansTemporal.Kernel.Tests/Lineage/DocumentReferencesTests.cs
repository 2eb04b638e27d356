using System.Buffers;
using System.Text;
using System.Text.Json;
using OrleansTemporal.Causality;
using OrleansTemporal.Lineage;

namespace OrleansTemporal.Kernel.Tests.Lineage;

/// <summary>Goal: the search over canonical bytes finds what a walk over the parsed document finds, and nothing else.</summary>
public sealed class DocumentReferencesTests
{
    [Theory]
    [InlineData("""{"$ref":"n/k"}""", "n/k")]
    [InlineData("""{"a":[1,{"$ref":"n/a/b"},{"x":{"$ref":"m/é"}}],"$ref":"n/k"}""", "n/k m/é n/a/b")]
    [InlineData("""[{"$ref":"n/k"},{"$ref":"n/k"}]""", "n/k")]
    [InlineData("""{"a":0,"$ref":"n/a\"b\\\n"}""", "n/a\"b\\\n")]
    [InlineData("""{"$ref":"#/definitions/x"}""", "")]
    [InlineData("""{"$ref":"n"}""", "")]
    [InlineData("""{"$ref":"/k"}""", "")]
    [InlineData("""{"$ref":"n/"}""", "")]
    [InlineData("""{"$ref":"_system/k"}""", "")]
    [InlineData("""{"$ref":{"a":"n/k"}}""", "")]
    [InlineData("""{"$ref":["n/k"]}""", "")]
    [InlineData("""{"x\"$ref":"n/k"}""", "")]
    [InlineData("""{"{\"$ref":"n/k"}""", "")]
    [InlineData("""["{\"$ref\":\"n/k\"}","$ref",":"]""", "")]
    [InlineData("""{"a":"$ref","n/k":"\"$ref\":\"n/k\""}""", "")]
    [InlineData("\"$ref\"", "")]
    public void references_are_members_named_ref(string json, string expected) =>
        Assert.Equal(expected.Length == 0 ? [] : expected.Split(' ').Order(), DocumentReferences.In(Canonical(json)).Order());

    [Fact]
    public void the_search_finds_what_parsing_finds() => Seeds.Each(300, random =>
    {
        var canonical = Canonical(Json(random, 4));
        using var document = JsonDocument.Parse(canonical);
        var expected = new HashSet<string>();
        Collect(document.RootElement, expected);
        Assert.Equal(expected.Order(), DocumentReferences.In(canonical).Order());
        Assert.True(expected.Count == 0 || DocumentReferences.MayBeIn(canonical));
    });

    [Fact]
    public void a_value_full_of_references_is_read_in_one_pass()
    {
        var json = "[" + string.Join(',', Enumerable.Range(0, 50_000).Select(static i => $$"""{"$ref":"n/{{i % 40_000}}"}""")) + "]";
        Assert.Equal(40_000, DocumentReferences.In(Canonical(json)).Count);
    }

    [Fact]
    public void a_reference_is_split_at_its_first_slash()
    {
        Assert.True(DocumentReferences.TrySplit("n/a/b", out var ns, out var key));
        Assert.Equal(("n", "a/b"), (ns, key));
        Assert.False(DocumentReferences.TrySplit("n/" + new string('x', Limits.KeyBytesMax + 1), out _, out _));
        Assert.False(DocumentReferences.TrySplit("plain", out _, out _));
    }

    private static byte[] Canonical(string json)
    {
        var buffer = new ArrayBufferWriter<byte>();
        CanonicalJson.Canonicalize(Encoding.UTF8.GetBytes(json), buffer);
        return buffer.WrittenSpan.ToArray();
    }

    private static void Collect(JsonElement element, HashSet<string> found)
    {
        if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in element.EnumerateArray())
            {
                Collect(item, found);
            }
        }
        else if (element.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in element.EnumerateObject())
            {
                if (member.Name == "$ref" && member.Value.ValueKind == JsonValueKind.String && DocumentReferences.TrySplit(member.Value.GetString()!, out _, out _))
                {
                    found.Add(member.Value.GetString()!);
                }

                Collect(member.Value, found);
            }
        }
    }

    private static string Json(Random random, int depth) => random.Next(depth > 0 ? 5 : 2) switch
    {
        0 => JsonSerializer.Serialize(Text(random)),
        1 => $"{random.Next(9)}",
        2 => $"[{string.Join(',', Enumerable.Range(0, random.Next(4)).Select(_ => Json(random, depth - 1)))}]",
        _ => $"{{{string.Join(',', Enumerable.Range(0, random.Next(4)).Select(_ => Text(random)).Distinct().Select(name => $"{JsonSerializer.Serialize(name)}:{(random.Next(2) == 0 ? JsonSerializer.Serialize(Text(random)) : Json(random, depth - 1))}"))}}}",
    };

    private static string Text(Random random)
    {
        string[] pieces = ["$ref", "$ref", "\"", "\\", ":", "n/k", "m/a/b", "{", ",", "é", "\"$ref\":\"n/x\"", "/"];
        return string.Concat(Enumerable.Range(0, random.Next(1, 3)).Select(_ => pieces[random.Next(pieces.Length)]));
    }
}
