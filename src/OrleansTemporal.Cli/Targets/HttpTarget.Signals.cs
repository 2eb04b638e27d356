using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using OrleansTemporal.Causality;
using OrleansTemporal.Commands;
using OrleansTemporal.Signals;

namespace OrleansTemporal.Targets;

internal sealed partial class HttpTarget
{
    public async Task DefineLedgerAsync(string ledger, SignalSchema schema, int? partitions, CancellationToken cancellationToken)
    {
        var body = Body(json =>
        {
            json.WriteStartObject();
            SignalSchemaJson.WriteMembers(json, schema);
            if (partitions is { } count)
                json.WriteNumber("partitions", count);
            json.WriteEndObject();
        });
        using var answer = await client.SendAsync(new RestRequest(HttpMethod.Put, LedgerPath(ledger)) { Body = body, IsWrite = true }, cancellationToken);
    }

    public async IAsyncEnumerable<SignalLedgerInfo> LedgersAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var row in client.PagesAsync($"{root}/signals", cancellationToken))
            yield return RestSignals.ReadLedger(row);
    }

    public async Task<(int Accepted, int Duplicates)> RecordAsync(string ledger, ImmutableArray<SignalEvent> events, CancellationToken cancellationToken)
    {
        var request = new RestRequest(HttpMethod.Post, $"{LedgerPath(ledger)}/events") { Body = Body(json => RestSignals.Write(json, events)), IsWrite = true };
        using var answer = await client.SendAsync(request, cancellationToken);
        return ((int)RestAnswers.Number(answer.Root, "accepted"), (int)RestAnswers.Number(answer.Root, "duplicates"));
    }

    public async Task<SignalAnswer> ReadSignalsAsync(string ledger, SignalQuery query, CancellationToken cancellationToken)
    {
        var body = Body(json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("entities");
            foreach (var entity in query.Entities)
                json.WriteStringValue(entity);
            json.WriteEndArray();
            json.WriteString("at", query.At?.ToString());
            json.WriteString("asOf", Moments.ToText(query.AsOf));
            json.WriteString("profile", query.Profile);
            json.WriteEndObject();
        });
        using var answer = await client.SendAsync(new RestRequest(HttpMethod.Post, $"{LedgerPath(ledger)}/entities") { Body = body }, cancellationToken);
        return new SignalAnswer
        {
            Readings = [.. answer.Root.GetProperty("value").EnumerateArray().Select(RestSignals.ReadReading)],
            At = RestSignals.ReadAt(answer.Root),
            SystemTime = RestAnswers.Instant(answer.Root.GetProperty("asOf"), "systemTime"),
        };
    }

    public async Task<SignalTop> TopSignalsAsync(string ledger, SignalTopQuery query, CancellationToken cancellationToken)
    {
        (string Name, string? Value)[] parameters =
        [
            ("signal", query.Signal),
            ("profile", query.Profile),
            ("by", query.By switch { SignalRankBy.Count => "count", SignalRankBy.Velocity => "velocity", _ => null }),
            ("window", query.Window is { } window ? Durations.Format(window) : null),
            ("halfLife", query.HalfLife is { } halfLife ? Durations.Format(halfLife) : null),
            ("k", query.K.ToString(CultureInfo.InvariantCulture)),
            ("at", query.At?.ToString()),
            ("asOf", Moments.ToText(query.AsOf)),
        ];
        var text = string.Join('&', parameters.Where(static pair => pair.Value is not null).Select(static pair => $"{pair.Name}={Uri.EscapeDataString(pair.Value!)}"));
        using var answer = await client.SendAsync(new RestRequest(HttpMethod.Get, $"{LedgerPath(ledger)}/top?{text}"), cancellationToken);
        return new SignalTop
        {
            Ranks = RestSignals.ReadRanks(answer.Root),
            At = RestSignals.ReadAt(answer.Root),
            SystemTime = RestAnswers.Instant(answer.Root.GetProperty("asOf"), "systemTime"),
        };
    }

    private string LedgerPath(string ledger) => $"{root}/signals/{Uri.EscapeDataString(ledger)}";

    private static ReadOnlyMemory<byte> Body(Action<Utf8JsonWriter> write)
    {
        var body = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body))
        {
            write(json);
        }

        return body.WrittenMemory;
    }
}
