using System.Collections.Immutable;
using System.Text.Json;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Requests;

namespace OrleansTemporal.Kv;

/// <summary>Many keys in one request.</summary>
internal static partial class KvEndpoints
{
    // Values are fetched in steps, so that a request for ten thousand large ones never holds all of them.
    private const int GetManyStepCount = 256;

    private static async Task BatchAsync(ApiRequest request)
    {
        var (workspace, ns) = (GetWorkspace(request), GetNamespace(request));
        var options = GetOptions(request);
        KvBatchResult result;
        using (var body = await RequestBody.ReadAsync(request))
        {
            var (operations, atomic) = KvBatchBody.Parse(body.Bytes);
            var call = request.GetWriteCall(body.Bytes.Span);
            result = await request.Database.KvService.BatchAsync(call, workspace, ns, operations, atomic, options, request.Cancellation);
        }

        if (result.Results.Length == 1)
        {
            Answers.StampRoot(request, result.Results[0].Receipt);
        }

        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        KvJson.WriteReceipts(answer, [.. result.Results.Select(part => part.Receipt)], result.SystemTime);
        answer.Writer.WriteStartArray("writes"u8);
        foreach (var outcome in result.Results.SelectMany(part => part.Outcomes))
        {
            answer.Writer.WriteStartObject();
            KvJson.WriteOutcome(answer, outcome);
            answer.Writer.WriteEndObject();
        }

        answer.Writer.WriteEndArray();
        answer.Writer.WriteEndObject();
        await Answers.SendAsync(request, answer);
    }

    private static async Task GetManyAsync(ApiRequest request)
    {
        var (workspace, ns) = (GetWorkspace(request), GetNamespace(request));
        ImmutableArray<string> keys;
        AsOf asked;
        using (var body = await RequestBody.ReadAsync(request))
        {
            (keys, asked) = ParseGetMany(body.Bytes);
            asked = QueryParameters.GetAsOf(request.Path, asked);
        }

        var call = request.GetReadCall();
        var asOf = asked;
        var moment = default(HybridTimestamp);
        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteStartArray("value"u8);
        var start = 0;
        do
        {
            var step = keys.Slice(start, Math.Min(GetManyStepCount, keys.Length - start));
            var results = await request.Database.KvService.GetManyAsync(call, workspace, ns, step, asOf, request.Cancellation);
            for (var i = 0; i < results.Length; i++)
            {
                WriteFound(answer, step[i], results[i]);
                moment = HybridTimestamp.Max(moment, results[i].SystemTime);
            }

            // What was the newest state for the first keys is the moment for the others.
            asOf = asOf.IsLatest && moment.Value != 0 ? AsOf.At(moment) : asOf;
            if (answer.Length >= request.Options.AnswerBytesMax)
            {
                await Answers.SendPartAsync(request, answer);
            }

            start += GetManyStepCount;
        }
        while (start < keys.Length);

        answer.Writer.WriteEndArray();
        Answers.WriteNextLink(answer, null);
        Answers.WriteAsOf(answer, moment, asked);
        answer.Writer.WriteEndObject();
        await Answers.SendAsync(request, answer);
    }

    private static void WriteFound(JsonAnswer answer, string key, in KvReadResult result)
    {
        answer.Writer.WriteStartObject();
        if (result.Version is { } version)
        {
            KvJson.WriteVersion(answer, version);
        }
        else
        {
            answer.Writer.WriteString("key"u8, key);
            answer.Writer.WriteString("code"u8, result.IsErased ? ErrorCodes.ValueErased : result.ExistsLater ? ErrorCodes.NoValueAt : ErrorCodes.KeyNotFound);
        }

        answer.Writer.WriteEndObject();
    }

    private static (ImmutableArray<string> Keys, AsOf AsOf) ParseGetMany(ReadOnlyMemory<byte> body)
    {
        using var document = JsonBody.Parse(body);
        ImmutableArray<string>? keys = null;
        var asOf = AsOf.Latest;
        foreach (var property in document.RootElement.EnumerateObject())
        {
            if (property.NameEquals("keys"u8))
            {
                keys = ParseKeys(property.Value);
            }
            else if (property.NameEquals("asOf"u8))
            {
                asOf = property.Value.ValueKind switch
                {
                    JsonValueKind.Null => AsOf.Latest,
                    JsonValueKind.Number => QueryParameters.ParseAsOf(property.Value.GetRawText()),
                    _ => QueryParameters.ParseAsOf(JsonBody.GetText(property.Value, "asOf")),
                };
            }
            else
            {
                throw JsonBody.Unknown(property.Name);
            }
        }

        return (keys ?? throw JsonBody.Invalid("keys", "'keys' is an array of keys."), asOf);
    }

    private static ImmutableArray<string> ParseKeys(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Array)
        {
            throw JsonBody.Invalid("keys", "'keys' is an array of keys.");
        }

        var count = element.GetArrayLength();
        if (count == 0)
        {
            throw JsonBody.Invalid("keys", "'keys' names at least one key.");
        }

        if (count > Limits.BatchCountMax)
        {
            throw new TemporalException(ErrorKind.TooLarge, ErrorCodes.BatchTooLarge, $"At most {Limits.BatchCountMax} keys are read at once.")
            {
                Field = "keys",
                Limit = Limits.BatchCountMax,
            };
        }

        var keys = ImmutableArray.CreateBuilder<string>(count);
        foreach (var key in element.EnumerateArray())
        {
            var field = $"keys[{keys.Count}]";
            keys.Add(EntityKeys.Validate(JsonBody.GetText(key, field), field));
        }

        return keys.MoveToImmutable();
    }
}
