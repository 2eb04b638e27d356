using System.Net;
using System.Text.Json;

namespace OrleansTemporal.Server.Tests.Crash;

/// <summary>Everything that must hold when a server has come up again.</summary>
internal sealed class RestartChecks(Oracle oracle, KvClient client, CampaignReport report, Random random)
{
    private const int AsOfReads = 40;
    private const int Retries = 30;

    public async Task RunAsync(bool everything)
    {
        await oracle.CheckAsync(client, everything);
        if (report.Faults.Count > 0)
            return;
        await ReadAsOfAsync();
        await RetryAsync();
        await new Verification(client, report).RunAsync();
    }

    // At the moment of any write, and by its sequence, its key shows exactly that write.
    private async Task ReadAsOfAsync()
    {
        var settled = oracle.Settled;
        for (var i = 0; i < AsOfReads && settled.Count > 0; i++)
        {
            var (name, version) = settled[random.Next(settled.Count)];
            var other = settled[random.Next(settled.Count)].Version;
            await CompareAsync(name, version.Key, version.SystemTime, version.IsDeleted ? null : version);
            await CompareAsync(name, version.Key, $"{version.Sequence}", version.IsDeleted ? null : version);
            await CompareAsync(name, version.Key, other.SystemTime, oracle.At(name, version.Key, other.SystemTime));
            if (oracle.Newest(name, version.Key) is { } newest)
                await CompareAsync(name, version.Key, null, newest.IsDeleted ? null : newest);
        }
    }

    private async Task CompareAsync(string name, string key, string? asOf, KeyVersion? expected)
    {
        report.AsOfReads++;
        var answer = await client.GetAsync(KvClient.PathOf(name, key) + (asOf is null ? "" : $"?asOf={Uri.EscapeDataString(asOf)}"));
        var shown = answer.IsSuccess ? answer.Body.GetProperty("writeId").GetString() : null;
        if (shown != expected?.WriteId || (expected is not null && !JsonElement.DeepEquals(answer.Body.GetProperty("value"), expected.Value)))
            report.Fault($"{name}/{key} as of {asOf ?? "now"} should be {expected?.WriteId ?? "absent"}, is {answer.Text}");
    }

    // A client that doesn't know what became of its write sends it again: applied once, whatever happened before.
    private async Task RetryAsync()
    {
        var repeatable = oracle.Repeatable.ToList();
        var unknown = repeatable.Where(attempt => attempt.Receipt is null);
        var known = repeatable.Where(attempt => attempt.Receipt is not null).OrderBy(_ => random.Next()).Take(Retries);
        foreach (var attempt in unknown.Concat(known).ToList())
        {
            var (first, foundAt) = (attempt.Receipt, attempt.FoundAt);
            if (foundAt == 0)
                oracle.Reopen(attempt);
            var answer = await client.SendAsync(attempt);
            report.Retried++;
            if (answer is null)
                report.Fault($"the retry was not answered: {attempt}");
            else if (!answer.IsSuccess && !(foundAt == 0 && IsNothingToDelete(attempt, answer)))
                report.Fault($"the retry was answered {answer.Text}: {attempt}");
            else if (first is not null && attempt.Receipt != first)
                report.Fault($"the first receipt was {first}, the retry got {attempt.Receipt}: {attempt}");
            else if (foundAt != 0 && attempt.Receipt?.Sequence != foundAt)
                report.Fault($"was applied at {foundAt}, the retry got {attempt.Receipt}: {attempt}");
        }
    }

    // Since the first try others may have deleted what this one deletes.
    private static bool IsNothingToDelete(Attempt attempt, Answer answer) =>
        answer.Status == HttpStatusCode.NotFound && attempt.Operations.Any(operation => operation.IsDelete);
}
