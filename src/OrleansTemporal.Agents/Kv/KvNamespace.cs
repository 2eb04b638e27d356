using System.Text.Json;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Kv;

/// <summary>One namespace for code that runs in the same process: what five lines of an example need.</summary>
public sealed class KvNamespace(KvService service, string workspace, string name)
{
    /// <summary>Its workspace.</summary>
    public string Workspace => workspace;

    /// <summary>Its name.</summary>
    public string Name => name;

    /// <summary>Writes JSON text.</summary>
    public ValueTask<KvWriteResult> PutJsonAsync(string key, ReadOnlyMemory<byte> json, CancellationToken cancellationToken = default) =>
        service.PutAsync(CallContext.Local, workspace, name, key, json, KvPutOptions.None, cancellationToken);

    /// <summary>Serialises a value with System.Text.Json's web defaults (camelCase) and writes it.</summary>
    public ValueTask<KvWriteResult> PutAsync<T>(string key, T value, CancellationToken cancellationToken = default) =>
        PutJsonAsync(key, JsonSerializer.SerializeToUtf8Bytes(value, JsonSerializerOptions.Web), cancellationToken);

    /// <summary>Writes JSON text that ends a time after; <see cref="Timeout.InfiniteTimeSpan"/> for never, whatever the namespace's default is.</summary>
    public ValueTask<KvWriteResult> PutJsonAsync(string key, ReadOnlyMemory<byte> json, TimeSpan timeToLive, CancellationToken cancellationToken = default) =>
        service.PutAsync(CallContext.Local, workspace, name, key, json, new KvPutOptions { TimeToLive = timeToLive }, cancellationToken);

    /// <summary>Serialises a value with System.Text.Json's web defaults and writes it, to end a time after.</summary>
    public ValueTask<KvWriteResult> PutAsync<T>(string key, T value, TimeSpan timeToLive, CancellationToken cancellationToken = default) =>
        PutJsonAsync(key, JsonSerializer.SerializeToUtf8Bytes(value, JsonSerializerOptions.Web), timeToLive, cancellationToken);

    /// <summary>When the live value ends; null when it does not, or there is none.</summary>
    public async ValueTask<HybridTimestamp?> GetExpiryAsync(string key, AsOf asOf = default, CancellationToken cancellationToken = default) =>
        (await GetVersionAsync(key, asOf, cancellationToken).ConfigureAwait(false))?.ExpiresAt;

    /// <summary>Live values that end within a time from now, the first to end first.</summary>
    public ValueTask<KvExpiringPage> ListExpiringAsync(TimeSpan within, int limit = Limits.PageCountDefault, CancellationToken cancellationToken = default) =>
        service.ListExpiringAsync(CallContext.Local, workspace, name, new KvExpiringQuery { Within = within, Limit = limit }, cancellationToken);

    /// <summary>The live version, or null.</summary>
    public async ValueTask<KvVersion?> GetVersionAsync(string key, AsOf asOf = default, CancellationToken cancellationToken = default) =>
        (await service.GetAsync(CallContext.Local, workspace, name, key, asOf, cancellationToken).ConfigureAwait(false)).Version;

    /// <summary>The live value, or <see langword="default"/> when there is none.</summary>
    public async ValueTask<T?> GetAsync<T>(string key, AsOf asOf = default, CancellationToken cancellationToken = default) =>
        await GetVersionAsync(key, asOf, cancellationToken).ConfigureAwait(false) is { } version
            ? JsonSerializer.Deserialize<T>(version.Value.Span, JsonSerializerOptions.Web)
            : default;

    /// <summary>True when the key has a live value.</summary>
    public async ValueTask<bool> ContainsAsync(string key, AsOf asOf = default, CancellationToken cancellationToken = default) =>
        await GetVersionAsync(key, asOf, cancellationToken).ConfigureAwait(false) is not null;

    /// <summary>Writes a tombstone.</summary>
    /// <exception cref="Errors.TemporalException">NotFound when the key has no live value.</exception>
    public ValueTask<KvWriteResult> DeleteAsync(string key, CancellationToken cancellationToken = default) =>
        service.DeleteAsync(CallContext.Local, workspace, name, key, KvPutOptions.None, cancellationToken);

    /// <summary>
    /// Erases all versions of a key for good: hidden from every read when it answers, and gone from every file when
    /// <see cref="WhenPurgedAsync"/> completes.
    /// </summary>
    /// <param name="key">The key. It stays known, so that its history can say that it was erased.</param>
    /// <param name="reason">Why; stays in the log.</param>
    /// <param name="cancellationToken">Stops the waiting.</param>
    /// <exception cref="Errors.TemporalException">NotFound when the key was never written.</exception>
    public ValueTask<KvEraseResult> EraseAsync(string key, string reason = "", CancellationToken cancellationToken = default) =>
        service.EraseAsync(CallContext.Local, workspace, KvErasureScope.OfKey(name, key) with { Reason = reason }, cancellationToken);

    /// <summary>Erases all versions of all keys that begin with a prefix; of all keys when it is empty.</summary>
    public ValueTask<KvEraseResult> ErasePrefixAsync(string prefix, string reason = "", CancellationToken cancellationToken = default) =>
        service.EraseAsync(CallContext.Local, workspace, KvErasureScope.OfPrefix(name, prefix) with { Reason = reason }, cancellationToken);

    /// <summary>Completes when nothing that was erased here is in any file any more.</summary>
    public ValueTask WhenPurgedAsync(CancellationToken cancellationToken = default) =>
        service.WhenPurgedAsync(CallContext.Local, workspace, KvErasureScope.OfNamespace(name), cancellationToken);

    /// <summary>Versions of a key, newest first, tombstones included.</summary>
    public ValueTask<KvHistoryPage> GetHistoryAsync(string key, int limit = Limits.PageCountDefault, CancellationToken cancellationToken = default) =>
        service.GetHistoryAsync(CallContext.Local, workspace, name, new KvHistoryQuery { Key = key, Limit = limit }, cancellationToken);

    /// <summary>Live keys in the order of their UTF-8 bytes.</summary>
    public ValueTask<KvPage> ListAsync(string prefix = "", int limit = Limits.PageCountDefault, CancellationToken cancellationToken = default) =>
        service.ListAsync(CallContext.Local, workspace, name, new KvListQuery { Prefix = prefix, Limit = limit }, cancellationToken);
}
