using System.Text.Json;
using Microsoft.AspNetCore.Http;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Requests;

namespace OrleansTemporal.Kv;

/// <summary>Forgetting documents for good.</summary>
internal static partial class KvEndpoints
{
    // Housekeeping removes the bytes within a second or so, unless it has much else to do.
    private static readonly TimeSpan PurgeWait = TimeSpan.FromSeconds(10);

    private static async Task EraseAsync(ApiRequest request)
    {
        var workspace = GetWorkspace(request);
        KvErasureScope scope;
        KvEraseResult result;
        using (var body = await RequestBody.ReadAsync(request))
        {
            scope = ParseErasure(body.Bytes);
            var call = request.GetWriteCall(body.Bytes.Span);
            result = await request.Database.KvService.EraseAsync(call, workspace, scope, request.Cancellation);
        }

        var isPurged = await WaitForPurgeAsync(request, workspace, scope);
        if (result.Receipts.Length == 1)
        {
            Answers.StampRoot(request, result.Receipts[0]);
        }

        if (!isPurged)
        {
            request.Http.Response.Headers.RetryAfter = "1";
        }

        var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        var time = result.Receipts.IsEmpty ? request.Database.SystemTime : result.Receipts.Max(static receipt => receipt.SystemTime);
        KvJson.WriteReceipts(answer, result.Receipts.AsSpan(), time);
        answer.Writer.WriteNumber("keys"u8, result.KeyCount);
        answer.Writer.WriteNumber("versions"u8, result.VersionCount);
        answer.Writer.WriteBoolean("purged"u8, isPurged);
        answer.Writer.WriteEndObject();
        await Answers.SendAsync(request, answer, isPurged ? StatusCodes.Status200OK : StatusCodes.Status202Accepted);
    }

    private static async Task<bool> WaitForPurgeAsync(ApiRequest request, string workspace, KvErasureScope scope)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(request.Cancellation);
        patience.CancelAfter(PurgeWait);
        try
        {
            await request.Database.KvService.WhenPurgedAsync(request.GetReadCall(), workspace, scope, patience.Token);
            return true;
        }
        catch (OperationCanceledException) when (!request.Cancellation.IsCancellationRequested)
        {
            return false;
        }
    }

    private static KvErasureScope ParseErasure(ReadOnlyMemory<byte> body)
    {
        using var document = JsonBody.Parse(body);
        KvErasureScope? scope = null;
        var reason = "";
        foreach (var property in document.RootElement.EnumerateObject())
        {
            switch (property.Name)
            {
                case "kv" when scope is null:
                    scope = ParseKvScope(property.Value);
                    break;
                case "workspace" when scope is null:
                    scope = property.Value.ValueKind == JsonValueKind.True ? KvErasureScope.OfWorkspace() : throw JsonBody.Invalid("workspace", "'workspace' is true, or not there.");
                    break;
                case "reason":
                    reason = JsonBody.GetText(property.Value, "reason");
                    break;
                case "kv" or "workspace":
                    throw JsonBody.Invalid(property.Name, "An erasure names either 'kv' or 'workspace'.");
                default:
                    throw JsonBody.Unknown(property.Name);
            }
        }

        return (scope ?? throw JsonBody.Invalid("kv", "An erasure names 'kv', with a namespace, or 'workspace'.")) with { Reason = reason };
    }

    private static KvErasureScope ParseKvScope(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw JsonBody.Invalid("kv", "'kv' is an object with a namespace.");
        }

        string? ns = null, key = null, prefix = null;
        foreach (var property in element.EnumerateObject())
        {
            switch (property.Name)
            {
                case "namespace":
                    ns = JsonBody.GetText(property.Value, "namespace");
                    break;
                case "key":
                    key = JsonBody.GetText(property.Value, "key");
                    break;
                case "prefix":
                    prefix = JsonBody.GetText(property.Value, "prefix");
                    break;
                default:
                    throw JsonBody.Unknown(property.Name);
            }
        }

        Names.Validate(ns ?? throw JsonBody.Invalid("namespace", "'kv' names a namespace."), "namespace");
        if (key is not null && prefix is not null)
        {
            throw JsonBody.Invalid("prefix", "An erasure names a key or a prefix, not both.");
        }

        if (key is not null)
        {
            EntityKeys.Validate(key, "key");
            return KvErasureScope.OfKey(ns, key);
        }

        if (prefix is null)
        {
            return KvErasureScope.OfNamespace(ns);
        }

        EntityKeys.Validate(prefix, "prefix");
        return KvErasureScope.OfPrefix(ns, prefix);
    }
}
