using System.Buffers;
using System.Text.Json;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Operations;

/// <summary>
/// The payload of a delta about an operation, schema version 1: one JSON object with <c>operation</c>, its id, and either
/// <c>process</c> and <c>workspace</c>, and <c>takesOver</c> when another process had it before, or <c>outcome</c>, an object.
/// </summary>
/// <param name="Id">The operation.</param>
/// <param name="Process">What it does; empty in an end.</param>
/// <param name="Workspace">The workspace that it works on; empty in an end.</param>
/// <param name="TakesOver">The sequence at which it was said before who runs it; 0 for a beginning.</param>
/// <param name="Outcome">What it came to; empty in a beginning.</param>
internal sealed record OperationPayload(string Id, string Process, string Workspace, long TakesOver, ReadOnlyMemory<byte> Outcome)
{
    public const ushort SchemaVersion = 1;

    public static DeltaKind Spawn { get; } = DeltaKind.Parse("process.spawn");

    public static DeltaKind Terminate { get; } = DeltaKind.Parse("process.terminate");

    public static bool IsOf(DeltaKind kind) => kind == Spawn || kind == Terminate;

    public static void WriteBeginning(IBufferWriter<byte> payload, OperationOrder order)
    {
        using var json = new Utf8JsonWriter(payload);
        json.WriteStartObject();
        json.WriteString("operation", order.Id);
        json.WriteString("process", order.Process);
        json.WriteString("workspace", order.Workspace);
        if (order.TakesOver > 0)
        {
            json.WriteNumber("takesOver", order.TakesOver);
        }

        json.WriteEndObject();
    }

    public static void WriteEnd(IBufferWriter<byte> payload, string id, ReadOnlyMemory<byte> outcome)
    {
        using var json = new Utf8JsonWriter(payload);
        json.WriteStartObject();
        json.WriteString("operation", id);
        json.WritePropertyName("outcome");
        json.WriteRawValue(outcome.Span);
        json.WriteEndObject();
    }

    /// <summary>Reads what a delta says.</summary>
    /// <exception cref="TemporalException">Corrupt, <c>payload_malformed</c>.</exception>
    public static OperationPayload Read(ReadOnlyMemory<byte> payload, long sequence)
    {
        try
        {
            using var json = JsonDocument.Parse(payload);
            var root = json.RootElement;
            var id = root.GetProperty("operation").GetString()!;
            return root.TryGetProperty("outcome", out var outcome)
                ? new OperationPayload(id, "", "", 0, System.Text.Encoding.UTF8.GetBytes(outcome.GetRawText()))
                : new OperationPayload(
                    id,
                    root.GetProperty("process").GetString()!,
                    root.GetProperty("workspace").GetString()!,
                    root.TryGetProperty("takesOver", out var before) ? before.GetInt64() : 0,
                    ReadOnlyMemory<byte>.Empty);
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or FormatException or InvalidOperationException)
        {
            throw new TemporalException(ErrorKind.Corrupt, ErrorCodes.PayloadMalformed, $"Lifecycle delta {sequence} does not parse.", failure);
        }
    }
}
