using System.Collections.Immutable;
using System.Text;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Kv;

namespace OrleansTemporal.Grains.Tests.Kv;

/// <summary>Calls as these tests make them, in workspace <c>default</c> unless they say otherwise.</summary>
internal static class KvCalls
{
    public const string Workspace = "default";

    public static Task<KvWriteResult> PutAsync(
        this KvService kv, string ns, string key, string json, KvPutOptions? options = null, CallContext? call = null, string workspace = Workspace) =>
        kv.PutAsync(call ?? CallContext.Local, workspace, ns, key, Encoding.UTF8.GetBytes(json), options ?? KvPutOptions.None, CancellationToken.None).AsTask();

    public static async Task<string?> GetAsync(this KvService kv, string ns, string key, AsOf asOf = default, string workspace = Workspace) =>
        (await kv.GetAsync(CallContext.Local, workspace, ns, key, asOf, CancellationToken.None)).Version is { } version
            ? Encoding.UTF8.GetString(version.Value.Span)
            : null;

    public static Task<KvBatchResult> BatchAsync(this KvService kv, string ns, ImmutableArray<KvOperation> operations, bool atomic = true) =>
        kv.BatchAsync(CallContext.Local, Workspace, ns, operations, atomic, KvPutOptions.None, CancellationToken.None).AsTask();

    public static async Task<ImmutableArray<KvVersion>> HistoryAsync(this KvService kv, string ns, string key) =>
        (await kv.GetHistoryAsync(CallContext.Local, Workspace, ns, new KvHistoryQuery { Key = key, Ascending = true }, CancellationToken.None)).Versions;

    public static async Task<string[]> KeysAsync(this KvService kv, string ns, AsOf asOf = default) =>
        [.. (await kv.ListAsync(CallContext.Local, Workspace, ns, new KvListQuery { Limit = Limits.PageCountMax, AsOf = asOf }, CancellationToken.None)).Entries.Select(static entry => entry.Key)];

    public static KvOperation Put(string key, string json) => new() { Kind = KvOperationKind.Put, Key = key, Value = Encoding.UTF8.GetBytes(json) };
}
