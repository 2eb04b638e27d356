using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using OrleansTemporal.Causality;
using OrleansTemporal.Commands;
using OrleansTemporal.Kv;

namespace OrleansTemporal.Targets;

internal sealed partial class HttpTarget
{
    // Values of this many keys come with one request: at most 1 MiB each, and an answer should stay in memory with ease.
    private const int ValuesPerRequest = 100;

    public async Task<KvVersion> GetAsync(string ns, string key, AsOf asOf, CancellationToken cancellationToken)
    {
        var request = new RestRequest(HttpMethod.Get, PathOf(ns, key) + Query(("asOf", Moments.ToText(asOf))));
        using var answer = await client.SendAsync(request, cancellationToken);
        return RestAnswers.ReadVersion(answer.Root);
    }

    public async IAsyncEnumerable<KvVersion> HistoryAsync(
        string ns, KvHistoryQuery query, string? filter, long countMax, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var first = $"{PathOf(ns, query.Key)}/history" + Query(
            ("limit", Math.Clamp(countMax, 1, Limits.PageCountMax).ToString(CultureInfo.InvariantCulture)),
            ("order", query.Ascending ? "asc" : "desc"),
            ("from", query.From == HybridTimestamp.Zero ? null : query.From.ToString()),
            ("to", query.To == HybridTimestamp.Zero ? null : query.To.ToString()),
            ("filter", filter));
        await foreach (var element in client.PagesAsync(first, cancellationToken))
        {
            if (countMax-- <= 0)
                yield break;
            yield return RestAnswers.ReadVersion(element);
        }
    }

    public async IAsyncEnumerable<KvListEntry> ListAsync(
        string ns, string prefix, AsOf asOf, bool withValues, long countMax, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var first = PathOf(ns) + Query(
            ("prefix", prefix.Length > 0 ? prefix : null),
            ("limit", Math.Clamp(countMax, 1, Limits.PageCountMax).ToString(CultureInfo.InvariantCulture)),
            ("asOf", Moments.ToText(asOf)));
        var chunk = new List<KvListEntry>(ValuesPerRequest);
        await foreach (var element in client.PagesAsync(first, cancellationToken))
        {
            if (countMax-- <= 0)
                break;
            var entry = RestAnswers.ReadEntry(element);
            if (!withValues)
            {
                yield return entry;
                continue;
            }

            chunk.Add(entry);
            if (chunk.Count == ValuesPerRequest)
            {
                foreach (var full in await WithValuesAsync(ns, chunk, asOf, cancellationToken))
                    yield return full;
                chunk.Clear();
            }
        }

        if (chunk.Count > 0)
        {
            foreach (var full in await WithValuesAsync(ns, chunk, asOf, cancellationToken))
                yield return full;
        }
    }

    public async IAsyncEnumerable<KvNamespaceInfo> NamespacesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var element in client.PagesAsync($"{root}/kv", cancellationToken))
            yield return RestAnswers.ReadNamespace(element);
    }

    public async Task<HybridTimestamp> NowAsync(CancellationToken cancellationToken)
    {
        var request = new RestRequest(HttpMethod.Get, $"{root}/kv?limit=1");
        using var answer = await client.SendAsync(request, cancellationToken);
        return client.Observed;
    }

    private async Task<List<KvListEntry>> WithValuesAsync(string ns, List<KvListEntry> entries, AsOf asOf, CancellationToken cancellationToken)
    {
        var body = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteStartArray("keys");
            foreach (var entry in entries)
                json.WriteStringValue(entry.Key);
            json.WriteEndArray();
            if (Moments.ToText(asOf) is { } moment)
                json.WriteString("asOf", moment);
            json.WriteEndObject();
        }

        var request = new RestRequest(HttpMethod.Post, $"{PathOf(ns)}/get") { Body = body.WrittenMemory };
        using var answer = await client.SendAsync(request, cancellationToken);
        List<KvListEntry> full = new(entries.Count);
        foreach (var element in answer.Root.GetProperty("value").EnumerateArray())
        {
            // A key that is gone at this moment has no value to export.
            if (element.TryGetProperty("value", out _) && element.TryGetProperty("writeId", out _))
                full.Add(RestAnswers.ReadEntry(element));
        }

        return full;
    }

    internal static string Query(params ReadOnlySpan<(string Name, string? Value)> parameters)
    {
        var text = "";
        foreach (var (name, value) in parameters)
        {
            if (value is not null)
                text += $"{(text.Length == 0 ? '?' : '&')}{name}={Uri.EscapeDataString(value)}";
        }

        return text;
    }
}
