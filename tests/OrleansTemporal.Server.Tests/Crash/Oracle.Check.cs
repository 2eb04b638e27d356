using System.Collections.Concurrent;

namespace OrleansTemporal.Server.Tests.Crash;

internal sealed partial class Oracle
{
    private const int HistoryPage = 10_000;
    private const int ReadersAtOnce = 4;

    /// <summary>Compares what the server shows with what its clients were told since the last check, and settles it.</summary>
    /// <param name="everything">Read whole histories instead of only what is new.</param>
    public async Task CheckAsync(KvClient client, bool everything)
    {
        var open = Interlocked.Exchange(ref _open, new ConcurrentQueue<Attempt>()).GroupBy(attempt => attempt.Namespace).ToDictionary(group => group.Key, group => group.ToList());
        var sightings = Interlocked.Exchange(ref _sightings, new ConcurrentQueue<Sighting>());
        foreach (var keys in _settled.Keys.GroupBy(entry => entry.Namespace, entry => entry.Key).ToList())
            await CheckNamespaceAsync(client, keys.Key, [.. keys], open.GetValueOrDefault(keys.Key) ?? [], everything);

        report.Sightings += sightings.Count;
        foreach (var sighting in sightings)
            CheckSighting(sighting);
    }

    private async Task CheckNamespaceAsync(KvClient client, string name, IReadOnlyList<string> keys, List<Attempt> open, bool everything)
    {
        var last = _lastSequence.GetValueOrDefault(name);
        var found = new ConcurrentBag<KeyVersion>();
        await Parallel.ForEachAsync(keys, new ParallelOptions { MaxDegreeOfParallelism = ReadersAtOnce }, async (key, _) =>
        {
            var settled = _settled[(name, key)];
            var history = await HistoryAsync(client, name, key, everything ? null : settled.LastOrDefault()?.SystemTime);
            CompareSettled(name, key, settled, [.. history.Where(version => version.Sequence <= last)], everything);
            foreach (var version in history.Where(version => version.Sequence > last))
                found.Add(version);
        });

        var ordered = found.OrderBy(version => version.Sequence).ToList();
        CheckOrder(name, last, ordered);
        Match(name, ordered, open);
        foreach (var version in ordered)
            _settled[(name, version.Key)].Add(version);
        _lastSequence[name] = ordered.Count > 0 ? ordered[^1].Sequence : last;
        await CheckRootAsync(client, name, ordered.LastOrDefault());
    }

    // The root stands for the whole history: it is the one that the last acknowledged write was promised.
    private async Task CheckRootAsync(KvClient client, string name, KeyVersion? newest)
    {
        var answer = await client.GetAsync($"/agents/kv/{name}");
        if (answer.Status == System.Net.HttpStatusCode.NotFound && _lastSequence[name] == 0)
            return;
        if (!answer.IsSuccess)
            throw new InvalidOperationException($"GET /agents/kv/{name} answered {answer.Text}");
        var (sequence, root) = (answer.Body.GetProperty("sequence").GetInt64(), answer.Body.GetProperty("root").GetString()!);
        var promised = newest is null ? _lastRoot.GetValueOrDefault(name) : newest.Attempt?.Receipt?.Root;
        if (sequence != _lastSequence[name] || (promised is not null && root != promised))
            report.Fault($"root: {name} stands at {sequence} with {root}, its histories end at {_lastSequence[name]} with {promised ?? "a root that nobody was told"}");
        _lastRoot[name] = root;
    }

    private static async Task<List<KeyVersion>> HistoryAsync(KvClient client, string name, string key, string? from)
    {
        var versions = new List<KeyVersion>();
        var path = KvClient.PathOf(name, key) + $"/history?order=asc&limit={HistoryPage}" + (from is null ? "" : $"&from={Uri.EscapeDataString(from)}");
        while (path is not null)
        {
            var answer = await client.GetAsync(path);
            if (answer.Status == System.Net.HttpStatusCode.NotFound)
                break;
            if (!answer.IsSuccess)
                throw new InvalidOperationException($"GET {path} answered {answer.Text}");
            versions.AddRange(answer.Body.GetProperty("value").EnumerateArray().Select(entry => KeyVersion.Parse(key, entry)));
            path = answer.Body.GetProperty("nextLink").GetString()?.Split("/v1/default", 2)[1];
        }

        return versions;
    }

    private void CompareSettled(string name, string key, List<KeyVersion> settled, List<KeyVersion> shown, bool everything)
    {
        var expected = settled.ToDictionary(version => version.Sequence);
        foreach (var version in shown.Where(version => !expected.TryGetValue(version.Sequence, out var same) || !same.IsSameAs(version)))
            report.Fault($"changed: {name}/{key} at {version.Sequence} is not what it was after an earlier restart");
        if (everything && shown.Count != settled.Count)
        {
            report.Lost += Math.Max(0, settled.Count - shown.Count);
            report.Fault($"lost: {name}/{key} had {settled.Count} versions after an earlier restart, now {shown.Count}");
        }
    }

    private void CheckOrder(string name, long last, List<KeyVersion> ordered)
    {
        var expected = last;
        var time = "";
        foreach (var delta in ordered.GroupBy(version => version.Sequence))
        {
            var systemTime = delta.First().SystemTime;
            if (delta.Key != ++expected)
                report.Fault($"gap: {name} goes from {expected - 1} to {delta.Key}");
            if (string.CompareOrdinal(systemTime, time) <= 0 || delta.Any(version => version.SystemTime != systemTime))
                report.Fault($"order: {name} at {delta.Key} has system time {systemTime}, before it {time}");
            (expected, time) = (delta.Key, systemTime);
        }
    }

    private void CheckSighting(Sighting sighting)
    {
        var versions = _settled[(sighting.Namespace, sighting.Key)];
        if (sighting.AsOf is { } moment)
        {
            var expected = At(sighting.Namespace, sighting.Key, moment)?.WriteId;
            if (expected != sighting.WriteId)
                report.Fault($"as of changed: {sighting} was shown before the crash, now {expected ?? "nothing"}");
        }
        else if (versions.All(version => version.WriteId != sighting.WriteId))
        {
            report.Fault($"shown and gone: {sighting}");
        }
    }
}
