using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using OrleansTemporal.Errors;
using OrleansTemporal.Lifecycle;

namespace OrleansTemporal.Operations;

/// <summary>What an operation came to, as the JSON that its end keeps.</summary>
internal static class OperationOutcome
{
    public static ReadOnlyMemory<byte> Write(OperationInfo info)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteBoolean("succeeded", info.Status == OperationStatus.Succeeded);
            json.WriteStartObject("counts");
            foreach (var (name, count) in info.Counts)
            {
                json.WriteNumber(name, count);
            }

            json.WriteEndObject();
            if (info.Savings is { } savings)
            {
                json.WriteStartObject("savings");
                json.WriteNumber("bytes", savings.Bytes);
                if (savings is { MoneyPerMonth: { } money, CostOnce: { } cost })
                {
                    json.WriteNumber("moneyPerMonth", money);
                    json.WriteNumber("costOnce", cost);
                    json.WriteString("currency", savings.Currency);
                }

                json.WriteEndObject();
            }

            if (!info.Garbage.IsEmpty)
            {
                json.WriteStartArray("garbage");
                foreach (var document in info.Garbage)
                {
                    json.WriteStartObject();
                    json.WriteString("document", document.Document);
                    json.WriteNumber("score", document.Score);
                    json.WriteNumber("references", document.References);
                    json.WriteNumber("descendants", document.Descendants);
                    json.WriteNumber("ageTicks", document.Age.Ticks);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            }

            if (info.Fault is not null)
            {
                json.WriteString("fault", info.Fault);
            }

            json.WriteEndObject();
        }

        return bytes.WrittenMemory;
    }

    /// <summary>The operation of a record that has ended.</summary>
    /// <exception cref="TemporalException">Corrupt, <c>payload_malformed</c>.</exception>
    public static OperationInfo Read(string workspace, OperationRecord record)
    {
        try
        {
            using var json = JsonDocument.Parse(record.Outcome);
            var root = json.RootElement;
            return new OperationInfo
            {
                Id = record.Id,
                Workspace = workspace,
                Process = record.Process,
                Status = root.GetProperty("succeeded").GetBoolean() ? OperationStatus.Succeeded : OperationStatus.Failed,
                Progress = 1,
                Counts = root.GetProperty("counts").EnumerateObject()
                    .ToImmutableSortedDictionary(static count => count.Name, static count => count.Value.GetInt64(), StringComparer.Ordinal),
                Savings = root.TryGetProperty("savings", out var savings) ? ReadSavings(savings) : null,
                Garbage = root.TryGetProperty("garbage", out var garbage) ? [.. garbage.EnumerateArray().Select(ReadScored)] : [],
                Fault = root.TryGetProperty("fault", out var fault) ? fault.GetString() : null,
            };
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or FormatException or InvalidOperationException)
        {
            throw new TemporalException(ErrorKind.Corrupt, ErrorCodes.PayloadMalformed, $"The outcome of operation '{record.Id}' does not parse.", failure);
        }
    }

    private static LifecycleSavings ReadSavings(JsonElement json) => new(json.GetProperty("bytes").GetInt64())
    {
        MoneyPerMonth = json.TryGetProperty("moneyPerMonth", out var money) ? money.GetDouble() : null,
        CostOnce = json.TryGetProperty("costOnce", out var cost) ? cost.GetDouble() : null,
        Currency = json.TryGetProperty("currency", out var currency) ? currency.GetString() : null,
    };

    private static ScoredDocument ReadScored(JsonElement json) => new(
        json.GetProperty("document").GetString()!,
        json.GetProperty("score").GetDouble(),
        json.GetProperty("references").GetInt64(),
        json.GetProperty("descendants").GetInt64(),
        new TimeSpan(json.GetProperty("ageTicks").GetInt64()));
}
