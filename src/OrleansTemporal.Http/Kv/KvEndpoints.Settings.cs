using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using OrleansTemporal.Causality;
using OrleansTemporal.Encryption;
using OrleansTemporal.Requests;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Kv;

/// <summary>The settings of a namespace.</summary>
internal static partial class KvEndpoints
{
    private static readonly ImmutableSortedDictionary<string, DataKeyPolicy> NoDataKeys = ImmutableSortedDictionary.Create<string, DataKeyPolicy>(StringComparer.Ordinal);

    private static async Task GetSettingsAsync(ApiRequest request)
    {
        var (workspace, ns) = (GetWorkspace(request), GetNamespace(request));
        var settings = await request.Database.KvService.GetSettingsAsync(request.GetReadCall(), workspace, ns, request.Cancellation);
        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        WriteSettings(answer, settings);
        answer.Writer.WriteEndObject();
        await Answers.SendAsync(request, answer);
    }

    private static async Task PutSettingsAsync(ApiRequest request)
    {
        var (workspace, ns) = (GetWorkspace(request), GetNamespace(request));
        KvSettings settings;
        Agents.CallContext call;
        using (var body = await RequestBody.ReadAsync(request))
        {
            // What a change does not name stays as it is: an index is no reason to merge partitions.
            var standing = await request.Database.KvService.GetSettingsAsync(request.GetReadCall(), workspace, ns, request.Cancellation);
            settings = ParseSettings(body.Bytes, standing);
            call = request.GetWriteCall(body.Bytes.Span);
        }

        var result = await request.Database.KvService.PutSettingsAsync(call, workspace, ns, settings, request.Cancellation);
        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        CatalogJson.WriteChange(request, answer, result);
        WriteSettings(answer, KvSettings.Of(result.Entry) with { Partitions = settings.Partitions });
        answer.Writer.WriteEndObject();
        await Answers.SendAsync(request, answer, result.Created ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }

    private static void WriteSettings(JsonAnswer answer, KvSettings settings)
    {
        answer.Writer.WriteNumber("partitions"u8, settings.Partitions);
        if (settings.TimeToLive is { } time)
        {
            answer.Writer.WriteString("ttl"u8, Durations.Format(time));
        }
        else
        {
            answer.Writer.WriteNull("ttl"u8);
        }

        answer.Writer.WriteStartArray("indexes"u8);
        foreach (var field in settings.Indexes ?? [])
        {
            answer.Writer.WriteStartObject();
            answer.Writer.WriteString("field"u8, field);
            answer.Writer.WriteEndObject();
        }

        answer.Writer.WriteEndArray();
        answer.Writer.WriteString("durability"u8, DurabilityNames.ToName(settings.Durability));
        answer.Writer.WriteString("dataKey"u8, DataKeyPolicies.NameOf(settings.DataKey ?? DataKeyPolicy.Inherit));
        answer.Writer.WriteStartObject("dataKeys"u8);
        foreach (var (key, policy) in settings.DataKeys ?? NoDataKeys)
        {
            answer.Writer.WriteString(key, DataKeyPolicies.NameOf(policy));
        }

        answer.Writer.WriteEndObject();
    }

    private static KvSettings ParseSettings(ReadOnlyMemory<byte> body, KvSettings standing)
    {
        using var document = JsonBody.Parse(body);
        var settings = standing;
        foreach (var property in document.RootElement.EnumerateObject())
        {
            var value = property.Value;
            settings = property.Name switch
            {
                "partitions" => settings with { Partitions = ParsePartitions(value) },
                "durability" => settings with { Durability = DurabilityNames.Parse(value) },
                "ttl" => settings with { TimeToLive = ParseTimeToLive(value) },
                "indexes" => value.ValueKind == JsonValueKind.Null ? settings : settings with { Indexes = ParseIndexes(value) },
                "dataKey" => settings with { DataKey = DataKeyPolicies.Parse(JsonBody.GetText(value, "dataKey")) },
                "dataKeys" => settings with { DataKeys = ParseDataKeys(value) },
                _ => throw JsonBody.Unknown(property.Name),
            };
        }

        return settings;
    }

    private static ImmutableArray<string> ParseIndexes(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            throw JsonBody.Invalid("indexes", "'indexes' is an array of objects with a 'field'.");
        }

        return
        [
            .. value.EnumerateArray().Select(static (index, place) =>
                index.ValueKind == JsonValueKind.Object && index.GetPropertyCount() == 1 && index.TryGetProperty("field", out var field)
                    ? JsonBody.GetText(field, $"indexes[{place}].field")
                    : throw JsonBody.Invalid($"indexes[{place}]", $"'indexes[{place}]' is an object with a 'field'.")),
        ];
    }

    private static ImmutableSortedDictionary<string, DataKeyPolicy> ParseDataKeys(JsonElement value) =>
        value.ValueKind == JsonValueKind.Object
            ? value.EnumerateObject().ToImmutableSortedDictionary(static key => key.Name, static key => ParsePolicyOfKey(key.Value), StringComparer.Ordinal)
            : throw JsonBody.Invalid("dataKeys", "'dataKeys' is an object of keys, each 'own' or 'none'.");

    private static DataKeyPolicy ParsePolicyOfKey(JsonElement value) => JsonBody.GetText(value, "dataKeys") switch
    {
        "own" => DataKeyPolicy.Own,
        "none" => DataKeyPolicy.None,
        _ => throw JsonBody.Invalid("dataKeys", "The data key setting of a key is 'own' or 'none'."),
    };

    private static TimeSpan? ParseTimeToLive(JsonElement value) =>
        value.ValueKind == JsonValueKind.Null || KvTimes.Parse(JsonBody.GetText(value, "ttl"), "ttl") is var time && time == Timeout.InfiniteTimeSpan ? null : time;

    private static int ParsePartitions(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var partitions) && partitions is >= 1 and <= Limits.PartitionsMax
            ? partitions
            : throw JsonBody.Invalid("partitions", $"'partitions' is a whole number from 1 to {Limits.PartitionsMax}.");
}
