using System.Collections.Concurrent;
using System.Net;

namespace OrleansTemporal.Server.Tests.Crash;

internal sealed partial class TimedOracle
{
    private const int HistoryPage = 10_000;
    private const int ReadersAtOnce = 4;

    /// <summary>Compares what the server shows with what its clients were told, and keeps what it shows.</summary>
    /// <param name="everything">Read whole histories instead of only what may have changed.</param>
    public async Task CheckAsync(KvClient client, bool everything)
    {
        var erasures = _erasures.Values.ToList();
        var looked = new ConcurrentBag<Attempt>();
        await Parallel.ForEachAsync(_trails, new ParallelOptions { MaxDegreeOfParallelism = ReadersAtOnce }, async (entry, _) =>
        {
            var ((name, key), trail) = (entry.Key, entry.Value);
            var covering = erasures.Where(erasure => erasure.Covers(name, key)).ToList();
            var whole = everything || covering.Count > 0;
            var open = trail.Take();
            var shown = await HistoryAsync(client, name, key, whole ? null : trail.Rows.LastOrDefault()?.Version.SystemTime);
            trail.Rows = Follow(name, key, trail.Rows, shown, [.. open], covering, whole);
            CheckErasures(name, key, trail.Rows, covering);
            CheckOrder(name, key, trail.Rows);
            foreach (var attempt in open)
            {
                Look(attempt, key, trail.Rows);
                looked.Add(attempt);
            }
        });

        foreach (var attempt in looked.Distinct())
            Settle(attempt);
        CheckSightings();
    }

    private static async Task<List<KeyVersion>> HistoryAsync(KvClient client, string name, string key, string? from)
    {
        var versions = new List<KeyVersion>();
        var path = KvClient.PathOf(name, key) + $"/history?order=asc&limit={HistoryPage}" + (from is null ? "" : $"&from={Uri.EscapeDataString(from)}");
        while (path is not null)
        {
            var answer = await client.GetAsync(path);
            if (answer.Status == HttpStatusCode.NotFound)
                break;
            if (!answer.IsSuccess)
                throw new InvalidOperationException($"GET {path} answered {answer.Text}");
            versions.AddRange(answer.Body.GetProperty("value").EnumerateArray().Select(entry => KeyVersion.Parse(key, entry)));
            path = answer.Body.GetProperty("nextLink").GetString()?.Split("/v1/default", 2)[1];
        }

        return versions;
    }

    // What was acknowledged before an acknowledged erasure was sent is gone; what is gone, an erasure may have taken.
    private void CheckErasures(string name, string key, List<TrailRow> rows, List<Erasure> covering)
    {
        var (mustFrom, mayUntil) = (0L, 0L);
        foreach (var erasure in covering)
        {
            mustFrom = erasure.IsAcknowledged ? Math.Max(mustFrom, erasure.Begin) : mustFrom;
            mayUntil = Math.Max(mayUntil, erasure.End);
        }

        foreach (var row in rows)
        {
            if (row is { HasValue: true, Attempt: { } kept } && kept.End < mustFrom)
                report.Fault($"not erased: {name}/{key} at {row.Version.SystemTime} by {kept}, by {covering.Last(erasure => erasure.IsAcknowledged && erasure.Begin == mustFrom)}");
            if (row.Version.IsErased && (row.Attempt?.Begin ?? 0) > mayUntil)
                report.Fault($"erased by nobody: {name}/{key} at {row.Version.SystemTime} by {row.Attempt}");
        }
    }

    // Who had an answer before another one asked comes before him.
    private void CheckOrder(string name, string key, List<TrailRow> rows)
    {
        var (begun, before) = (0L, "");
        foreach (var row in rows)
        {
            if (string.CompareOrdinal(row.Version.SystemTime, before) <= 0)
                report.Fault($"order: {name}/{key} goes from {before} to {row.Version.SystemTime}");
            before = row.Version.SystemTime;
            if (row.Attempt is not { } attempt)
                continue;
            if (attempt.End < begun)
                report.Fault($"order: {attempt} comes behind one that was sent after it was answered, in {name}/{key}");
            begun = Math.Max(begun, attempt.Begin);
        }
    }

    private void CheckSightings()
    {
        var sightings = Interlocked.Exchange(ref _sightings, new ConcurrentQueue<Sighting>());
        report.Sightings += sightings.Count;
        foreach (var sighting in sightings)
        {
            var rows = _trails[(sighting.Namespace, sighting.Key)].Rows;
            if (sighting.AsOf is not { } moment)
            {
                if (rows.TrueForAll(row => row.Version.WriteId != sighting.WriteId))
                    report.Fault($"shown and gone: {sighting}");
                continue;
            }

            var row = At(sighting.Namespace, sighting.Key, moment);
            var same = sighting.WriteId is { } id ? row?.Version.WriteId == id : row is not { HasValue: true };
            if (!same)
                report.Fault($"as of changed: {sighting} was shown before the crash, now it is {row?.Version}");
        }
    }
}
