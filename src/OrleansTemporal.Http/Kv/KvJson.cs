using OrleansTemporal.Causality;
using OrleansTemporal.Requests;

namespace OrleansTemporal.Kv;

/// <summary>Kv records as JSON. Values are canonical JSON already and are copied as they are.</summary>
internal static class KvJson
{
    /// <summary>Writes the fields of a version into the open object.</summary>
    internal static void WriteVersion(JsonAnswer answer, KvVersion version)
    {
        var json = answer.Writer;
        json.WriteString("key"u8, version.Key);
        if (!version.IsDeleted && !version.IsErased)
        {
            json.WritePropertyName("value"u8);
            json.WriteRawValue(version.Value.Span, skipInputValidation: true);
        }

        answer.WriteProperty("writeId"u8, version.WriteId);
        if (!version.DistinctionId.IsZero)
        {
            answer.WriteProperty("distinctionId"u8, version.DistinctionId);
        }

        answer.WriteProperty("previousWriteId"u8, version.PreviousWriteId);
        json.WriteStartArray("causes"u8);
        foreach (var cause in version.Causes)
        {
            answer.WriteValue(cause);
        }

        json.WriteEndArray();
        json.WriteNumber("sequence"u8, version.Sequence);
        answer.WriteProperty("systemTime"u8, version.SystemTime);
        if (version.ExpiresAt is { } end)
        {
            answer.WriteProperty("expiresAt"u8, end);
        }
    }

    /// <summary>Writes what an operation came to into the open object.</summary>
    internal static void WriteOutcome(JsonAnswer answer, KvOutcome outcome)
    {
        answer.Writer.WriteString("key"u8, outcome.Key);
        answer.WriteProperty("writeId"u8, outcome.WriteId);
        if (outcome.DistinctionId.IsZero)
        {
            answer.Writer.WriteNull("distinctionId"u8);
        }
        else
        {
            answer.WriteProperty("distinctionId"u8, outcome.DistinctionId);
        }

        answer.WriteProperty("previousWriteId"u8, outcome.PreviousWriteId);
        if (outcome.ExpiresAt is { } end)
        {
            answer.WriteProperty("expiresAt"u8, end);
        }
    }

    /// <summary>Writes the receipts of one write; their fields are inlined when one agent was touched.</summary>
    internal static void WriteReceipts(JsonAnswer answer, ReadOnlySpan<Receipt> receipts, HybridTimestamp systemTime)
    {
        if (receipts.Length == 1)
        {
            Answers.WriteReceipt(answer, receipts[0]);
        }
        else
        {
            answer.WriteProperty("systemTime"u8, systemTime);
        }

        answer.Writer.WriteStartArray("receipts"u8);
        foreach (var receipt in receipts)
        {
            answer.Writer.WriteStartObject();
            Answers.WriteReceipt(answer, receipt);
            answer.Writer.WriteEndObject();
        }

        answer.Writer.WriteEndArray();
    }
}
