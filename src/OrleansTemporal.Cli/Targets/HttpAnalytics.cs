using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using OrleansTemporal.Causality;
using OrleansTemporal.Commands;
using OrleansTemporal.Patterns;
using OrleansTemporal.Series;

namespace OrleansTemporal.Targets;

/// <summary>Questions about streams of a server.</summary>
internal sealed class HttpAnalytics(RestClient client, string root) : ISeriesAnalytics
{
    public async IAsyncEnumerable<SeriesJoinRow> JoinAsync(string stream, SeriesJoinQuery query, long countMax, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var first = StreamOf(stream) + "/join" + HttpTarget.Query([
            .. SeriesAsk.SelectorOf(query.Selector),
            ("with", query.With),
            ("withField", query.WithField),
            ("on", query.On.IsEmpty ? null : string.Join(',', query.On)),
            ("within", TextOf(query.Within)),
            ("kind", query.Kind == SeriesJoinKind.AsOf ? "asof" : "interval"),
            ("limit", LimitOf(countMax)),
            ("asOf", Moments.ToText(query.AsOf)),
        ]);
        await foreach (var row in client.PagesAsync(first, cancellationToken))
        {
            if (countMax-- <= 0)
                yield break;
            yield return new SeriesJoinRow(PointOf(row, query.Selector.Field), PointOf(row.GetProperty("with"), query.WithField));
        }
    }

    public async IAsyncEnumerable<SeriesAnomaly> ScoreAsync(string stream, SeriesAnomalyQuery query, long countMax, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var first = StreamOf(stream) + "/anomalies" + HttpTarget.Query([
            .. SeriesAsk.SelectorOf(query.Selector),
            ("history", query.History == 0 ? null : TextOf(query.History)),
            ("minScore", query.MinScore.ToString(CultureInfo.InvariantCulture)),
            ("limit", LimitOf(countMax)),
            ("asOf", Moments.ToText(query.AsOf)),
        ]);
        await foreach (var row in client.PagesAsync(first, cancellationToken))
        {
            if (countMax-- <= 0)
                yield break;
            var expected = row.GetProperty("expected");
            yield return new SeriesAnomaly(
                PointOf(row, query.Selector.Field),
                new AnomalyReading(row.GetProperty("score").GetDouble(), row.GetProperty("pValue").GetDouble(), expected.ValueKind == JsonValueKind.Null ? double.NaN : expected.GetDouble()));
        }
    }

    public async Task<SeriesTrend> TrendAsync(string stream, SeriesTrendQuery query, CancellationToken cancellationToken)
    {
        var path = StreamOf(stream) + "/trend" + HttpTarget.Query([
            .. SeriesAsk.SelectorOf(query.Selector), ("horizon", TextOf(query.Horizon)), ("step", TextOf(query.Step)), ("model", query.Model), ("asOf", Moments.ToText(query.AsOf)),
        ]);
        using var answer = await client.SendAsync(new RestRequest(HttpMethod.Get, path), cancellationToken);
        var json = answer.Root;
        var season = json.GetProperty("seasonality");
        return new SeriesTrend
        {
            Slope = json.GetProperty("slope").GetDouble(),
            Intercept = json.GetProperty("intercept").GetDouble(),
            Start = TimeOf(json, "start"),
            Step = DurationOf(json, "step"),
            Count = json.GetProperty("count").GetInt32(),
            Season = season.ValueKind == JsonValueKind.Null ? null : new SeriesSeason(
                DurationOf(season, "period"), season.GetProperty("strength").GetDouble(), [.. season.GetProperty("profile").EnumerateArray().Select(static offset => offset.GetDouble())]),
            Forecast = [.. json.GetProperty("forecast").EnumerateArray().Select(static point => new SeriesForecastPoint(
                TimeOf(point, "time"), point.GetProperty("value").GetDouble(), point.GetProperty("low").GetDouble(), point.GetProperty("high").GetDouble()))],
            SystemTime = HybridTimestamp.Parse(json.GetProperty("asOf").GetProperty("systemTime").GetString()!),
        };
    }

    public async Task<ImmutableArray<SeriesCorrelation>> CorrelateAsync(string stream, SeriesCorrelationQuery query, CancellationToken cancellationToken)
    {
        var path = StreamOf(stream) + "/correlations" + HttpTarget.Query([
            .. SeriesAsk.SelectorOf(query.Selector), ("maxLag", TextOf(query.MaxLag)), ("step", TextOf(query.Step)), ("asOf", Moments.ToText(query.AsOf)),
        ]);
        using var answer = await client.SendAsync(new RestRequest(HttpMethod.Get, path), cancellationToken);
        return [.. answer.Root.GetProperty("value").EnumerateArray().Select(static row => new SeriesCorrelation(
            row.GetProperty("stream").GetString()!,
            row.GetProperty("field").GetString()!,
            row.GetProperty("coefficient").GetDouble(),
            DurationOf(row, "lag"),
            row.GetProperty("count").GetInt32(),
            row.GetProperty("pValue").GetDouble()))];
    }

    public async Task LinkAsync(string stream, ImmutableArray<SeriesLink> links, CancellationToken cancellationToken) => await PutAsync(StreamOf(stream) + "/links", json =>
    {
        json.WriteStartArray("links");
        foreach (var link in links)
        {
            json.WriteStartObject();
            json.WriteString("stream", link.Stream);
            if (link.Field is not null)
                json.WriteString("field", link.Field);
            json.WriteString("lag", SeriesDurations.Format(link.Lag));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }, cancellationToken);

    public async Task<bool> PutPatternAsync(string name, PatternDefinition definition, CancellationToken cancellationToken) =>
        await PutAsync($"{root}/patterns/{RestClient.Segment(name)}", json => PatternJson.Write(json, definition), cancellationToken) == 201;

    public async IAsyncEnumerable<PatternInfo> PatternsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var row in client.PagesAsync($"{root}/patterns", cancellationToken))
        {
            yield return new PatternInfo(
                row.GetProperty("name").GetString()!,
                PatternJson.ReadAnswer(row),
                WriteId.Parse(row.GetProperty("writeId").GetString()!),
                HybridTimestamp.Parse(row.GetProperty("systemTime").GetString()!),
                row.GetProperty("matchCount").GetInt64());
        }
    }

    public async Task DeletePatternAsync(string name, CancellationToken cancellationToken)
    {
        using var answer = await client.SendAsync(new RestRequest(HttpMethod.Delete, $"{root}/patterns/{RestClient.Segment(name)}") { IsWrite = true }, cancellationToken);
    }

    private static string? TextOf(long? nanoseconds) => nanoseconds is { } known ? SeriesDurations.Format(known) : null;

    private static string LimitOf(long countMax) => Math.Clamp(countMax, 1, Limits.PageCountMax).ToString(CultureInfo.InvariantCulture);

    private static long TimeOf(JsonElement element, string name) => EventTime.Parse(element.GetProperty(name).GetString()!).Nanoseconds;

    private static long DurationOf(JsonElement element, string name) => SeriesDurations.TryParse(element.GetProperty(name).GetString()!, out var duration) ? duration : 0;

    private static SeriesPoint PointOf(JsonElement element, string? field)
    {
        var tags = SeriesTags.Of(element.GetProperty("tags").EnumerateObject().Select(static tag => KeyValuePair.Create(tag.Name, tag.Value.GetString()!)));
        return new SeriesPoint(SeriesKey.Of(tags, field ?? element.GetProperty("field").GetString()!).Text, TimeOf(element, "time"), element.GetProperty("value").GetDouble());
    }

    private async Task<int> PutAsync(string path, Action<Utf8JsonWriter> write, CancellationToken cancellationToken)
    {
        var body = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        using var answer = await client.SendAsync(new RestRequest(HttpMethod.Put, path) { Body = body.WrittenMemory, IsWrite = true }, cancellationToken);
        return (int)answer.Status;
    }

    private string StreamOf(string stream) => $"{root}/series/{RestClient.Segment(Names.Validate(stream, "stream"))}";
}
