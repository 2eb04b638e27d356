using System.Buffers;
using System.Collections.Immutable;
using System.Net;
using System.Text.Json;
using OrleansTemporal.Causality;
using OrleansTemporal.Timelines;

namespace OrleansTemporal.Targets;

/// <summary>The observers of the timelines of a workspace behind a server.</summary>
internal sealed class HttpObservers(RestClient client, string root) : IObserverTarget
{
    public async Task<Receipt> DefineAsync(string timeline, string name, ObserverPolicy policy, CancellationToken cancellationToken)
    {
        var body = Body(json => ObserverJson.WriteMembers(json, policy));
        using var answer = await client.SendAsync(new RestRequest(HttpMethod.Put, PathOf(timeline, name)) { Body = body, IsWrite = true }, cancellationToken);
        return RestAnswers.ReadReceipt(answer.Root);
    }

    public async Task<ImmutableArray<ObserverInfo>> ListAsync(string timeline, CancellationToken cancellationToken)
    {
        var found = ImmutableArray.CreateBuilder<ObserverInfo>();
        await foreach (var element in client.PagesAsync(PathOf(timeline, null), cancellationToken))
            found.Add(ReadInfo(element));
        return found.DrainToImmutable();
    }

    public async Task<ObserverResult> ShowAsync(string timeline, string name, ReadOnlyMemory<float> state, CancellationToken cancellationToken)
    {
        var body = Body(json =>
        {
            json.WriteStartArray("state");
            foreach (var value in state.Span)
                json.WriteNumberValue(value);
            json.WriteEndArray();
        });
        using var answer = await client.SendAsync(new RestRequest(HttpMethod.Post, $"{PathOf(timeline, name)}/states") { Body = body, IsWrite = true }, cancellationToken);
        return answer.Status == HttpStatusCode.NoContent ? new ObserverResult { Outcome = ObserverOutcome.Filtered } : ReadResult(answer.Root);
    }

    public async Task<ObserverResult> TellAsync(string timeline, ObserverOrder order, CancellationToken cancellationToken)
    {
        var path = PathOf(timeline, order.Name);
        var request = order.Action == ObserverAction.Terminate
            ? new RestRequest(HttpMethod.Delete, path) { IsWrite = true }
            : new RestRequest(HttpMethod.Post, $"{path}/{order.Action.ToString().ToLowerInvariant()}")
            {
                Body = Body(json =>
                {
                    if (order.Reason.Length > 0)
                        json.WriteString("reason", order.Reason);
                }),
                IsWrite = true,
            };
        using var answer = await client.SendAsync(request, cancellationToken);
        return ReadResult(answer.Root);
    }

    private static ObserverResult ReadResult(JsonElement answer) => new()
    {
        Outcome = Enum.Parse<ObserverOutcome>(answer.GetProperty("outcome").GetString()!, ignoreCase: true),
        Receipt = answer.TryGetProperty("agent", out _) ? RestAnswers.ReadReceipt(answer) : null,
        Delta = answer.TryGetProperty("delta", out var delta) ? RestTimelines.ReadDelta(delta) : null,
        PendingCount = answer.GetProperty("pending").GetInt32(),
        Status = answer.TryGetProperty("state", out var state) ? ObserverJson.ParseStatus(state.GetString()!) : ObserverStatus.Active,
    };

    // A server that knows more fields than this client is understood all the same.
    private static ObserverInfo ReadInfo(JsonElement answer)
    {
        var metrics = answer.GetProperty("metrics");
        var captured = answer.TryGetProperty("lastCapture", out var last);
        return new ObserverInfo
        {
            Name = answer.GetProperty("name").GetString()!,
            Policy = new ObserverPolicy
            {
                Branch = answer.GetProperty("branch").GetString()!,
                MinInterval = Durations.TryParse(answer.GetProperty("minInterval").GetString()!, out var interval) ? interval : default,
                MagnitudeThreshold = answer.GetProperty("magnitudeThreshold").GetDouble(),
                BufferLimit = answer.GetProperty("bufferLimit").GetInt32(),
                Heartbeats = answer.GetProperty("heartbeats").GetBoolean(),
                Detector = Enum.Parse<ObserverDetector>(answer.GetProperty("detector").GetString()!, ignoreCase: true),
                AdaptiveFactor = answer.GetProperty("adaptiveFactor").GetDouble(),
                Significance = answer.GetProperty("significance") is { ValueKind: JsonValueKind.Number } significance ? significance.GetDouble() : null,
            },
            Status = ObserverJson.ParseStatus(answer.GetProperty("state").GetString()!),
            Reason = answer.GetProperty("reason").GetString()!,
            ChangedSequence = answer.GetProperty("policySequence").GetInt64(),
            CapturedSequence = captured ? last.GetProperty("sequence").GetInt64() : 0,
            CapturedTime = captured && HybridTimestamp.TryParse(last.GetProperty("systemTime").GetString()!, out var time) ? time : HybridTimestamp.Zero,
            PendingCount = answer.GetProperty("pending").GetInt32(),
            Metrics = new ObserverMetrics
            {
                DeltasCaptured = metrics.GetProperty("deltasCaptured").GetInt64(),
                AverageMagnitude = metrics.GetProperty("avgMagnitude").GetDouble(),
                Heartbeats = metrics.GetProperty("heartbeats").GetInt64(),
                DeltasFiltered = metrics.GetProperty("deltasFiltered").GetInt64(),
                StatesCoalesced = metrics.GetProperty("statesCoalesced").GetInt64(),
                BytesProcessed = metrics.GetProperty("bytesProcessed").GetInt64(),
                LastError = metrics.GetProperty("lastError").GetString(),
            },
        };
    }

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

    private string PathOf(string timeline, string? name)
    {
        var path = $"{root}/timelines/{RestClient.Segment(Names.Validate(timeline, "timeline"))}/observers";
        return name is null ? path : $"{path}/{RestClient.Segment(Names.Validate(name, "observer"))}";
    }
}
