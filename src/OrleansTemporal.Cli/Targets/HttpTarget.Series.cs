using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using OrleansTemporal.Causality;
using OrleansTemporal.Commands;
using OrleansTemporal.Import;
using OrleansTemporal.Series;

namespace OrleansTemporal.Targets;

internal sealed partial class HttpTarget
{
    public async Task WritePointsAsync(string stream, IReadOnlyList<SeriesRow> rows, CancellationToken cancellationToken)
    {
        var body = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body, new JsonWriterOptions { SkipValidation = true }))
        {
            json.WriteStartObject();
            json.WriteStartArray("points");
            foreach (var row in rows)
            {
                json.WriteStartObject();
                json.WriteStartObject("tags");
                foreach (var (name, value) in row.Tags.Pairs)
                    json.WriteString(name, value);
                json.WriteEndObject();
                json.WriteStartObject("fields");
                foreach (var (name, value) in row.Fields)
                    json.WriteNumber(name, value);
                json.WriteEndObject();
                json.WriteString("time", row.Time.ToString());
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        using var answer = await client.SendAsync(new RestRequest(HttpMethod.Post, $"{StreamOf(stream)}/points") { Body = body.WrittenMemory, IsWrite = true }, cancellationToken);
    }

    public async IAsyncEnumerable<string> StreamsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var element in client.PagesAsync($"{root}/series", cancellationToken))
            yield return element.GetProperty("name").GetString()!;
    }

    public async Task<SeriesStreamInfo> DescribeStreamAsync(string stream, CancellationToken cancellationToken)
    {
        using var answer = await client.SendAsync(new RestRequest(HttpMethod.Get, StreamOf(stream)), cancellationToken);
        var (json, bytes) = (answer.Root, answer.Root.GetProperty("bytes"));
        return new SeriesStreamInfo
        {
            Name = stream,
            Fields = [.. json.GetProperty("fields").EnumerateArray().Select(static field => field.GetString()!)],
            Tags = json.GetProperty("tags").EnumerateObject().ToImmutableSortedDictionary(
                static tag => tag.Name, static tag => tag.Value.EnumerateArray().Select(static value => value.GetString()!).ToImmutableSortedSet(StringComparer.Ordinal), StringComparer.Ordinal),
            SeriesCount = json.GetProperty("seriesCount").GetInt32(),
            PointCount = json.GetProperty("pointCount").GetInt64(),
            FirstTime = TimeOf(json, "firstTime"),
            LastTime = TimeOf(json, "lastTime"),
            MemoryBytes = bytes.GetProperty("memory").GetInt64(),
            HotBytes = bytes.GetProperty("hot").GetInt64(),
            WarmBytes = bytes.GetProperty("warm").GetInt64(),
            ColdBytes = bytes.GetProperty("cold").GetInt64(),
        };
    }

    public async IAsyncEnumerable<SeriesFound> PointsAsync(
        string stream, SeriesSelector selector, AsOf asOf, bool isCoarse, long countMax, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var first = $"{StreamOf(stream)}/points" + Query([
            .. SeriesAsk.SelectorOf(selector),
            ("coarse", isCoarse ? "true" : null),
            ("limit", Math.Clamp(countMax, 1, Limits.PageCountMax).ToString(CultureInfo.InvariantCulture)),
            ("asOf", Moments.ToText(asOf)),
        ]);
        await foreach (var element in client.PagesAsync(first, cancellationToken))
        {
            if (countMax-- <= 0)
                yield break;
            yield return new SeriesFound(
                EventTime.Parse(element.GetProperty("time").GetString()!),
                TagsOf(element),
                element.TryGetProperty("field", out var field) ? field.GetString()! : selector.Field!,
                element.GetProperty("value").GetDouble(),
                element.TryGetProperty("resolution", out var resolution) ? resolution.GetString() : null);
        }
    }

    public async IAsyncEnumerable<SeriesAggregateRow> AggregateAsync(string stream, SeriesAsk ask, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var functions = SeriesFunction.Parse([.. ask.Functions]);
        var first = $"{StreamOf(stream)}/aggregate" + Query([.. ask.ToParameters(), ("limit", Limits.PageCountMax.ToString(CultureInfo.InvariantCulture))]);
        await foreach (var element in client.PagesAsync(first, cancellationToken))
        {
            yield return new SeriesAggregateRow
            {
                Tags = TagsOf(element).Text,
                Start = TimeOf(element, "start")!.Value.Nanoseconds,
                End = TimeOf(element, "end")!.Value.Nanoseconds,
                Count = element.GetProperty("count").GetInt64(),
                Results = [.. functions.Select(function => element.GetProperty(function.Name) is { ValueKind: JsonValueKind.Number } value ? value.GetDouble() : double.NaN)],
            };
        }
    }

    private string StreamOf(string stream) => $"{root}/series/{RestClient.Segment(Names.Validate(stream, "stream"))}";

    private static SeriesTags TagsOf(JsonElement element) =>
        SeriesTags.Of(element.GetProperty("tags").EnumerateObject().Select(static tag => KeyValuePair.Create(tag.Name, tag.Value.GetString()!)));

    private static EventTime? TimeOf(JsonElement element, string name) =>
        element.GetProperty(name).GetString() is { } text ? EventTime.Parse(text) : null;
}
