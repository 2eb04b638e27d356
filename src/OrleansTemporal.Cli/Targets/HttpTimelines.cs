using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using OrleansTemporal.Causality;
using OrleansTemporal.Commands;
using OrleansTemporal.Timelines;

namespace OrleansTemporal.Targets;

/// <summary>The timelines of a workspace behind a server.</summary>
internal sealed class HttpTimelines(RestClient client, string root) : ITimelineTarget
{
    public async Task<Receipt> DefineAsync(string name, TimelineDefinition definition, CancellationToken cancellationToken)
    {
        using var answer = await client.SendAsync(new RestRequest(HttpMethod.Put, PathOf(name)) { Body = TimelineJson.ToBytes(definition), IsWrite = true }, cancellationToken);
        return RestAnswers.ReadReceipt(answer.Root);
    }

    public async IAsyncEnumerable<string> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var element in client.PagesAsync($"{root}/timelines", cancellationToken))
            yield return element.GetProperty("name").GetString()!;
    }

    public async Task<TimelineInfo> GetInfoAsync(string name, CancellationToken cancellationToken)
    {
        using var answer = await client.SendAsync(new RestRequest(HttpMethod.Get, PathOf(name)), cancellationToken);
        return RestTimelines.ReadInfo(answer.Root);
    }

    public async Task<TimelineDelta?> CaptureAsync(
        string name, string branch, ReadOnlyMemory<float> state, ImmutableArray<KeyValuePair<string, string>> metadata, CancellationToken cancellationToken)
    {
        var body = Body(json =>
        {
            json.WriteStartArray("state");
            foreach (var value in state.Span)
                json.WriteNumberValue(value);
            json.WriteEndArray();
            if (!metadata.IsEmpty)
            {
                json.WriteStartObject("metadata");
                foreach (var (key, value) in metadata)
                    json.WriteString(key, value);
                json.WriteEndObject();
            }
        });
        using var answer = await client.SendAsync(new RestRequest(HttpMethod.Post, $"{PathOf(name)}/states{Query(("branch", branch))}") { Body = body, IsWrite = true }, cancellationToken);
        return answer.Status == HttpStatusCode.Created ? RestTimelines.ReadDelta(answer.Root.GetProperty("delta")) : null;
    }

    public async Task<ReadOnlyMemory<float>> GetStateAsync(string name, TimelineMoment moment, CancellationToken cancellationToken)
    {
        var path = $"{PathOf(name)}/state{Query(("branch", moment.Branch), ("asOf", Moments.ToText(moment.AsOf)), ("label", moment.Label), ("coarse", moment.IsCoarse ? "true" : null))}";
        using var answer = await client.SendAsync(new RestRequest(HttpMethod.Get, path), cancellationToken);
        return RestTimelines.ReadFloats(answer.Root.GetProperty("state"));
    }

    public async Task<CoOccurrence> FindTogetherAsync(string name, CoOccurrenceQuery query, CancellationToken cancellationToken)
    {
        var by = query.By switch { CoOccurrenceMeasure.Lift => "lift", CoOccurrenceMeasure.Correlation => "correlation", _ => "coOccurrence" };
        var path = $"{PathOf(name)}/cooccurrence{QueryOf(query.Span)}&by={by}&threshold={query.Threshold.ToString("R", CultureInfo.InvariantCulture)}"
            + string.Create(CultureInfo.InvariantCulture, $"&changesMin={query.ChangesMin}&components={query.Components}&limit={query.Limit}");
        using var answer = await client.SendAsync(new RestRequest(HttpMethod.Get, path), cancellationToken);
        return RestTimelines.ReadTogether(answer.Root);
    }

    public async Task<TimelineDiff> DiffAsync(string name, TimelineSpan span, CancellationToken cancellationToken)
    {
        using var answer = await client.SendAsync(new RestRequest(HttpMethod.Get, $"{PathOf(name)}/diff{QueryOf(span)}"), cancellationToken);
        return RestTimelines.ReadDiff(answer.Root);
    }

    public async IAsyncEnumerable<TimelinePoint> EvolveAsync(string name, TimelineSpan span, int index, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var path = $"{PathOf(name)}/evolution{QueryOf(span)}&index={index.ToString(CultureInfo.InvariantCulture)}";
        await foreach (var element in client.PagesAsync(path, cancellationToken))
            yield return RestTimelines.ReadPoint(element);
    }

    public async IAsyncEnumerable<TimelineDelta> StepsAsync(string name, string? branch, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var element in client.PagesAsync($"{PathOf(name)}/deltas{Query(("branch", branch), ("limit", "1000"))}", cancellationToken))
            yield return RestTimelines.ReadDelta(element);
    }

    public async Task<Receipt> BranchAsync(string name, TimelineBranchOrder order, CancellationToken cancellationToken)
    {
        var path = $"{PathOf(name)}/branches";
        var request = order.Remove
            ? new RestRequest(HttpMethod.Delete, $"{path}/{RestClient.Segment(order.Name)}") { IsWrite = true }
            : new RestRequest(HttpMethod.Post, path)
            {
                Body = Body(json =>
                {
                    json.WriteString("name", order.Name);
                    json.WriteString("from", order.From.Branch);
                    if (Moments.ToText(order.From.AsOf) is { } moment)
                        json.WriteString("asOf", moment);
                    if (order.From.Label is { } label)
                        json.WriteString("label", label);
                }),
                IsWrite = true,
            };
        using var answer = await client.SendAsync(request, cancellationToken);
        return RestAnswers.ReadReceipt(answer.Root);
    }

    public async Task<TimelineMergeResult> MergeAsync(string name, TimelineMergeOrder order, CancellationToken cancellationToken)
    {
        var body = Body(json =>
        {
            json.WriteString("into", order.Into);
            if (order.Conflict is { } rule)
                json.WriteString("conflict", TimelineJson.NameOf(rule));
            json.WriteBoolean("dryRun", order.IsDryRun);
        });
        var request = new RestRequest(HttpMethod.Post, $"{PathOf(name)}/branches/{RestClient.Segment(order.Source)}/merge") { Body = body, IsWrite = true };
        using var answer = await client.SendAsync(request, cancellationToken);
        return RestTimelines.ReadMerge(answer.Root);
    }

    public async Task<TimelineWriteResult> RollBackAsync(string name, TimelineRollbackOrder order, CancellationToken cancellationToken)
    {
        var body = Body(json =>
        {
            if (order.Count is { } count)
                json.WriteNumber("count", count);
            if (order.ToSequence is { } sequence)
                json.WriteNumber("toSequence", sequence);
            if (order.To is { } instant)
                json.WriteString("to", instant.ToString());
        });
        using var answer = await client.SendAsync(new RestRequest(HttpMethod.Post, $"{PathOf(name)}/rollback{Query(("branch", order.Branch))}") { Body = body, IsWrite = true }, cancellationToken);
        return RestTimelines.ReadRollback(answer.Root);
    }

    public async Task<Receipt> MarkAsync(string name, TimelineMark mark, CancellationToken cancellationToken)
    {
        var body = Body(json =>
        {
            json.WriteNumber("sequence", mark.Sequence);
            json.WriteString("label", mark.Label);
            json.WriteString("note", mark.Note);
        });
        using var answer = await client.SendAsync(new RestRequest(HttpMethod.Post, $"{PathOf(name)}/marks") { Body = body, IsWrite = true }, cancellationToken);
        return RestAnswers.ReadReceipt(answer.Root);
    }

    private static string QueryOf(TimelineSpan span) => Query(("branch", span.Branch), ("from", Moments.ToText(span.From)), ("to", Moments.ToText(span.To)));

    private static string Query(params ReadOnlySpan<(string Name, string? Value)> parameters) => HttpTarget.Query(parameters);

    private static ReadOnlyMemory<byte> Body(Action<Utf8JsonWriter> write)
    {
        var body = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return body.WrittenMemory;
    }

    private string PathOf(string name) => $"{root}/timelines/{RestClient.Segment(Names.Validate(name, "timeline"))}";
}
