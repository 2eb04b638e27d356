using System.Collections.Immutable;
using System.Text;
using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Kv;

namespace OrleansTemporal.Agents.Tests.Kv;

/// <summary>Calls as the tests of single promises make them: workspace <c>default</c>, namespace <c>n</c>, unless they say otherwise.</summary>
internal static class KvTestCalls
{
    public const string Workspace = "default";
    public const string Namespace = "n";

    public static CallContext Idempotent(string key) => CallContext.Local with { IdempotencyKey = key };

    public static KvOperation Put(string key, string json, WriteId? ifMatch = null) =>
        new() { Kind = KvOperationKind.Put, Key = key, Value = Encoding.UTF8.GetBytes(json), IfMatch = ifMatch };

    public static KvOperation Delete(string key) => new() { Kind = KvOperationKind.Delete, Key = key };

    public static Task<KvWriteResult> PutAsync(
        this TestStore store, string key, string json, KvPutOptions? options = null, CallContext? call = null, string ns = Namespace, string workspace = Workspace) =>
        store.Kv.PutAsync(call ?? CallContext.Local, workspace, ns, key, Encoding.UTF8.GetBytes(json), options ?? KvPutOptions.None, CancellationToken.None).AsTask();

    public static Task<KvWriteResult> DeleteAsync(this TestStore store, string key, KvPutOptions? options = null, CallContext? call = null) =>
        store.Kv.DeleteAsync(call ?? CallContext.Local, Workspace, Namespace, key, options ?? KvPutOptions.None, CancellationToken.None).AsTask();

    public static Task<KvBatchResult> BatchAsync(
        this TestStore store, ImmutableArray<KvOperation> operations, bool atomic = true, CallContext? call = null, string ns = Namespace) =>
        store.Kv.BatchAsync(call ?? CallContext.Local, Workspace, ns, operations, atomic, KvPutOptions.None, CancellationToken.None).AsTask();

    public static async Task<string?> GetAsync(this TestStore store, string key, AsOf asOf = default, string ns = Namespace, string workspace = Workspace) =>
        (await store.Kv.GetAsync(CallContext.Local, workspace, ns, key, asOf, CancellationToken.None)).Version is { } version
            ? Encoding.UTF8.GetString(version.Value.Span)
            : null;

    public static async Task<ImmutableArray<KvVersion>> HistoryAsync(this TestStore store, string key, bool ascending = true, string ns = Namespace) =>
        (await store.Kv.GetHistoryAsync(
            CallContext.Local, Workspace, ns, new KvHistoryQuery { Key = key, Ascending = ascending, Limit = Limits.PageCountMax }, CancellationToken.None)).Versions;

    public static async Task<string[]> KeysAsync(this TestStore store, string prefix = "", AsOf asOf = default, int limit = Limits.PageCountMax, string ns = Namespace, string workspace = Workspace)
    {
        var keys = new List<string>();
        var query = new KvListQuery { Prefix = prefix, Limit = limit, AsOf = asOf };
        while (true)
        {
            var page = await store.Kv.ListAsync(CallContext.Local, workspace, ns, query, CancellationToken.None);
            keys.AddRange(page.Entries.Select(static entry => entry.Key));
            if (page.Next is null)
            {
                return [.. keys];
            }

            query = query with { After = page.Next, AsOf = AsOf.At(page.AsOf) };
        }
    }

    public static async Task<TemporalException> RefusedAsync(string code, Func<Task> call)
    {
        var refusal = await Assert.ThrowsAsync<TemporalException>(call);
        Assert.Equal(code, refusal.Code);
        return refusal;
    }
}
