using System.Text.Json.Nodes;
using OrleansTemporal.Json;

namespace OrleansTemporal.Cli.Tests.Json;

/// <summary>Goal: the changes between any two documents, applied to the first, give the second; and none where they are equal.</summary>
public class JsonDiffTests
{
    private const int Rounds = 20_000;

    [Fact]
    public void changes_lead_from_one_document_to_the_other()
    {
        for (var seed = 0; seed < Rounds; seed++)
        {
            var random = new Random(seed);
            var before = Document(random, 4);
            var after = random.Next(2) == 0 ? Document(random, 4) : Edit(random, before?.DeepClone(), 4);
            var changes = JsonDiff.Compare(before, after);
            Assert.True(JsonNode.DeepEquals(after, JsonPatch.Apply(before, changes)), $"seed {seed}: {Text(before)} -> {Text(after)}");
            Assert.Equal(JsonNode.DeepEquals(before, after), changes.Count == 0);
        }
    }

    [Theory]
    [InlineData("1", "1.0", "")]
    [InlineData("9007199254740992", "9007199254740993", "replace ")]
    [InlineData("{\"a\":1,\"b\":2}", "{\"b\":3,\"c\":null}", "remove /a, replace /b, add /c")]
    [InlineData("[1,2,3]", "[1,3]", "remove /1")]
    [InlineData("[1,3]", "[1,2,3]", "add /1")]
    [InlineData("[{\"a\":1}]", "[{\"a\":2}]", "replace /0/a")]
    [InlineData("[1,2,3,4]", "[]", "remove /3, remove /2, remove /1, remove /0")]
    [InlineData("{\"a/b\":{\"~\":1}}", "{\"a/b\":{\"~\":2}}", "replace /a~1b/~0")]
    [InlineData("{\"\":1}", "{\"\":null}", "replace /")]
    [InlineData("null", "{}", "replace ")]
    public void changes_are_few_and_named_by_pointers(string before, string after, string expected)
    {
        var changes = JsonDiff.Compare(JsonNode.Parse(before), JsonNode.Parse(after));
        Assert.Equal(expected, string.Join(", ", changes.Select(change => $"{change.Operation} {change.Path}")));
    }

    private static JsonNode? Document(Random random, int depth) => random.Next(depth > 0 ? 8 : 5) switch
    {
        0 => null,
        1 => JsonValue.Create(random.Next(2) == 0),
        2 => JsonValue.Create(random.Next(3)),
        3 => JsonValue.Create(random.NextDouble()),
        4 => JsonValue.Create(Name(random)),
        5 => new JsonArray([.. Enumerable.Range(0, random.Next(5)).Select(_ => Document(random, depth - 1))]),
        _ => new JsonObject(Enumerable.Range(0, random.Next(5)).Select(_ => Name(random)).Distinct().Select(name => KeyValuePair.Create(name, Document(random, depth - 1)))),
    };

    private static JsonNode? Edit(Random random, JsonNode? node, int depth)
    {
        if (node is JsonArray array && random.Next(4) > 0)
        {
            if (array.Count > 0 && random.Next(2) == 0)
            {
                var index = random.Next(array.Count);
                var old = array[index];
                array.RemoveAt(index);
                if (random.Next(2) == 0)
                    array.Insert(index, Edit(random, old, depth - 1));
            }
            else
            {
                array.Insert(random.Next(array.Count + 1), Document(random, depth - 1));
            }

            return array;
        }

        if (node is JsonObject owner && random.Next(4) > 0)
        {
            var name = Name(random);
            owner.Remove(name, out var old);
            if (random.Next(3) > 0)
                owner[name] = Edit(random, old, depth - 1);
            return owner;
        }

        return Document(random, Math.Max(depth, 0));
    }

    private static string Name(Random random) => random.Next(6) switch { 0 => "", 1 => "a/b", 2 => "~1", 3 => "0", 4 => "ä", _ => "b" };

    private static string Text(JsonNode? node) => node?.ToJsonString() ?? "null";
}
