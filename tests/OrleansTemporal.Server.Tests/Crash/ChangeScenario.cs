using System.Net;
using System.Text.Json;

namespace OrleansTemporal.Server.Tests.Crash;

/// <summary>Writes beside what rearranges or removes what is written: splits, merges, erasures, batches over several agents.</summary>
internal sealed class ChangeScenario(ChangeMix mix, CampaignReport report, string dataDirectory, Random random) : IScenario
{
    private const int AsOfReads = 40;
    private const int Retries = 30;

    private readonly TimedOracle _oracle = new(report);
    private readonly PartitionTrail _partitions = new(mix.Moving ?? "", report);
    private bool _isPrepared;

    public ILoad Load(KvClient client, int seed) => new ChangeLoad(_oracle, _partitions, client, report, mix, seed);

    public async Task CheckAsync(KvClient client, bool everything)
    {
        await PrepareAsync(client);
        if (mix.Moving is not null)
            await _partitions.CheckAsync(client);
        await _oracle.CheckAsync(client, everything);
        if (report.Faults.Count > 0)
            return;
        await ReadAsOfAsync(client);
        await ListAsync(client);
        await RetryAsync(client);
        if (mix.Erasers > 0)
            report.Searched += await new ErasedSearch(dataDirectory, [.. mix.Partitions.Keys]).RunAsync(_oracle.ErasedValues, report, random);
        await new Verification(client, report).RunAsync();
    }

    private async Task PrepareAsync(KvClient client)
    {
        if (_isPrepared)
            return;
        foreach (var (name, count) in mix.Partitions)
        {
            var partitions = name == mix.Moving ? _partitions : new PartitionTrail(name, report);
            if (!await partitions.ChangeAsync(client, count))
                throw new InvalidOperationException($"'{name}' could not be made.");
        }

        _isPrepared = true;
    }

    // At the moment of any row its key shows exactly that, and as of any other moment what was the newest then.
    private async Task ReadAsOfAsync(KvClient client)
    {
        var rows = _oracle.Rows;
        for (var i = 0; i < AsOfReads && rows.Count > 0; i++)
        {
            var (name, row) = rows[random.Next(rows.Count)];
            var (key, moment) = (row.Version.Key, rows[random.Next(rows.Count)].Row.Version.SystemTime);
            await CompareAsync(client, name, key, row.Version.SystemTime, row);
            await CompareAsync(client, name, key, moment, _oracle.At(name, key, moment));
            await CompareAsync(client, name, key, null, _oracle.At(name, key, "9"));
        }
    }

    private async Task CompareAsync(KvClient client, string name, string key, string? asOf, TrailRow? expected)
    {
        report.AsOfReads++;
        var answer = await client.GetAsync(KvClient.PathOf(name, key) + (asOf is null ? "" : $"?asOf={Uri.EscapeDataString(asOf)}"));
        var isRight = expected switch
        {
            { HasValue: true, Version: var version } => answer.IsSuccess && answer.Body.GetProperty("writeId").GetString() == version.WriteId
                && JsonElement.DeepEquals(answer.Body.GetProperty("value"), version.Value),
            { Version.IsErased: true } => answer.Status == (asOf is null ? HttpStatusCode.NotFound : HttpStatusCode.Gone),
            _ => answer.Status == HttpStatusCode.NotFound,
        };
        if (!isRight)
            report.Fault($"{name}/{key} as of {asOf ?? "now"} should be {expected?.Version.ToString() ?? "absent"}, is {answer.Text}");
    }

    private async Task ListAsync(KvClient client)
    {
        var live = _oracle.LiveKeys;
        var counts = (await client.GetAsync("/kv?limit=1000")).Body.GetProperty("value").EnumerateArray()
            .ToDictionary(static row => row.GetProperty("name").GetString()!, static row => row.GetProperty("keyCount").GetInt64());
        foreach (var name in mix.Partitions.Keys)
        {
            var answer = await client.GetAsync($"/kv/{name}?limit=10000");
            var shown = answer.Body.GetProperty("value").EnumerateArray().Select(static row => row.GetProperty("key").GetString()!).ToList();
            if (!shown.SequenceEqual(live[name]))
                report.Fault($"{name} lists {string.Join(' ', shown)} instead of {string.Join(' ', live[name])}");
            if (counts[name] != shown.Count)
                report.Fault($"{name} counts {counts[name]} keys and lists {shown.Count}");
        }
    }

    // Who does not know what became of a request sends it again: it is completed, and nothing is done twice.
    private async Task RetryAsync(KvClient client)
    {
        foreach (var erasure in _oracle.UnknownErasures)
        {
            report.UnknownErasures++;
            if (!await new ErasureClient(client, _oracle, report).SendAsync(erasure))
                report.Fault($"the retry was not answered: {erasure}");
            else
                report.Erasures++;
        }

        var repeatable = _oracle.Repeatable;
        var known = repeatable.Where(static attempt => attempt.Outcome == Outcome.Acknowledged).OrderBy(_ => random.Next()).Take(Retries);
        foreach (var attempt in repeatable.Where(static attempt => attempt.Outcome == Outcome.Unknown).Concat(known).ToList())
            await RetryAsync(client, attempt);
    }

    private async Task RetryAsync(KvClient client, Attempt attempt)
    {
        var told = attempt.WriteIds;
        var found = attempt.FoundIds.ToArray();
        var answer = await client.SendAsync(attempt);
        report.Retried++;
        if (answer is null)
        {
            report.Fault($"the retry was not answered: {attempt}");
        }
        else if (answer.Status == HttpStatusCode.Gone && mix.Erasers > 0)
        {
            attempt.Outcome = told.Count > 0 ? Outcome.Acknowledged : Outcome.Erased;
        }
        else if (!answer.IsSuccess)
        {
            // Since the first try others may have deleted what this one deletes.
            if (answer.Status != HttpStatusCode.NotFound || told.Count > 0 || found[0] is not null || !attempt.Operations[0].IsDelete)
                report.Fault($"the retry was answered {answer.Text}: {attempt}");
        }
        else if (told.Count > 0 ? !told.SequenceEqual(attempt.WriteIds) : found.Where((id, index) => id is not null && id != attempt.WriteIds[index]).Any())
        {
            report.Fault($"was {string.Join(' ', told.Count > 0 ? told : found.Select(static id => id ?? "-"))}, the retry got {string.Join(' ', attempt.WriteIds)}: {attempt}");
        }

        if (told.Count == 0 && attempt.Outcome == Outcome.Acknowledged)
            _oracle.Close(attempt);
        if (told.Count == 0)
            _oracle.Reopen(attempt);
    }
}
