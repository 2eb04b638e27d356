using System.Collections.Immutable;
using System.Text.Json;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Requests;

namespace OrleansTemporal.Signals;

/// <summary>Recording.</summary>
internal static partial class SignalEndpoints
{
    private static async Task RecordAsync(ApiRequest request)
    {
        var (workspace, ledger) = (GetWorkspace(request), GetLedger(request));
        SignalBatchResult result;
        using (var body = await RequestBody.ReadAsync(request))
        {
            var events = ParseEvents(body.Bytes);
            var call = request.GetWriteCall(body.Bytes.Span);
            result = await request.Database.SignalService.RecordAsync(call, workspace, ledger, events, request.Cancellation);
        }

        var answer = JsonAnswer.Rent();
        var json = answer.Writer;
        json.WriteStartObject();
        if (result.Results.Length == 1)
        {
            Answers.StampRoot(request, result.Results[0].Receipt);
            Answers.WriteReceipt(answer, result.Results[0].Receipt);
        }
        else
        {
            answer.WriteProperty("systemTime"u8, result.SystemTime);
        }

        json.WriteStartArray("receipts"u8);
        foreach (var part in result.Results)
        {
            json.WriteStartObject();
            Answers.WriteReceipt(answer, part.Receipt);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("accepted"u8, result.Accepted);
        json.WriteNumber("duplicates"u8, result.Duplicates);
        json.WriteEndObject();
        await Answers.SendAsync(request, answer);
    }

    private static ImmutableArray<SignalEvent> ParseEvents(ReadOnlyMemory<byte> body)
    {
        using var document = JsonBody.Parse(body);
        ImmutableArray<SignalEvent>? events = null;
        foreach (var property in document.RootElement.EnumerateObject())
        {
            events = property.NameEquals("events"u8) ? ParseEvents(property.Value) : throw JsonBody.Unknown(property.Name);
        }

        return events ?? throw JsonBody.Invalid("events", "'events' is an array of events.");
    }

    private static ImmutableArray<SignalEvent> ParseEvents(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Array)
        {
            throw JsonBody.Invalid("events", "'events' is an array of events.");
        }

        var count = element.GetArrayLength();
        if (count > Limits.BatchCountMax)
        {
            throw new TemporalException(ErrorKind.TooLarge, ErrorCodes.BatchTooLarge, $"A batch has at most {Limits.BatchCountMax} events.")
            {
                Field = "events",
                Limit = Limits.BatchCountMax,
            };
        }

        var events = ImmutableArray.CreateBuilder<SignalEvent>(count);
        foreach (var item in element.EnumerateArray())
        {
            events.Add(ParseEvent(item, events.Count));
        }

        return events.MoveToImmutable();
    }

    private static SignalEvent ParseEvent(JsonElement element, int index)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw JsonBody.Invalid($"events[{index}]", $"'events[{index}]' is an object.");
        }

        string? entity = null, signal = null, id = null;
        EventTime? time = null;
        var weight = 1.0;
        foreach (var property in element.EnumerateObject())
        {
            var value = property.Value;
            if (property.NameEquals("entity"u8))
            {
                entity = JsonBody.GetText(value, $"events[{index}].entity");
            }
            else if (property.NameEquals("signal"u8))
            {
                signal = JsonBody.GetText(value, $"events[{index}].signal");
            }
            else if (property.NameEquals("weight"u8))
            {
                weight = value.ValueKind == JsonValueKind.Number ? value.GetDouble() : throw JsonBody.Invalid($"events[{index}].weight", "A weight is a number.");
            }
            else if (property.NameEquals("time"u8))
            {
                time = value.ValueKind == JsonValueKind.Null ? null : ParseEventTime(value, $"events[{index}].time");
            }
            else if (property.NameEquals("id"u8))
            {
                id = value.ValueKind == JsonValueKind.Null ? null : JsonBody.GetText(value, $"events[{index}].id");
            }
            else
            {
                throw JsonBody.Unknown($"events[{index}].{property.Name}");
            }
        }

        return new SignalEvent
        {
            Entity = entity ?? throw JsonBody.Invalid($"events[{index}].entity", "An event names its entity."),
            Signal = signal ?? throw JsonBody.Invalid($"events[{index}].signal", "An event names its signal."),
            Weight = weight,
            Time = time,
            Id = id,
        };
    }

    private static EventTime ParseEventTime(JsonElement value, string field) =>
        EventTime.TryParse(JsonBody.GetText(value, field), out var time)
            ? time
            : throw JsonBody.Invalid(field, $"'{field}' is an instant in RFC 3339 from 1677 to 2262, as in 2026-01-02T03:04:05.123456789Z.");
}
