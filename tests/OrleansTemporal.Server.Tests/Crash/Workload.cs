using System.Net;

namespace OrleansTemporal.Server.Tests.Crash;

/// <summary>Concurrent clients that write and read until the server is gone or they are told to stop.</summary>
internal sealed partial class Workload(Oracle oracle, KvClient client, CampaignReport report, int seed) : ILoad
{
    private const int Writers = 16;
    private const int Readers = 2;
    private const int SharedKeys = 6;
    internal static readonly string[] Namespaces = ["orders", "people", "stock"];

    private readonly TaskCompletionSource _firstAcknowledged = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _stopped;
    private volatile string? _seenTime;

    /// <summary>Completes with the first acknowledged write.</summary>
    public Task FirstAcknowledged => _firstAcknowledged.Task;

    /// <summary>Lets every client finish the request it is at.</summary>
    public void Stop() => _stopped = true;

    /// <summary>Runs until <see cref="Stop"/> or until the connections break.</summary>
    public Task RunAsync() => Task.WhenAll(
        Enumerable.Range(0, Writers).Select(writer => WriteAsync(writer, new Random(seed + writer)))
            .Concat(Enumerable.Range(0, Readers).Select(reader => ReadAsync(new Random(seed - 1 - reader)))));

    private async Task WriteAsync(int writer, Random random)
    {
        var name = Namespaces[writer % Namespaces.Length];
        var chain = new Chain($"chain/{writer}", oracle.Newest(name, $"chain/{writer}"));
        while (!_stopped)
        {
            var go = random.Next(100) switch
            {
                < 14 => await SendChainAsync(name, chain, random),
                < 30 => await SendTwiceAsync(oracle.Open(name, Pick(writer, random), idempotent: true), random),
                _ => await SendAsync(oracle.Open(name, Pick(writer, random))),
            };
            if (!go)
                return;
        }
    }

    private async Task<bool> SendAsync(Attempt attempt)
    {
        var answer = await client.SendAsync(attempt);
        if (answer is null)
            return false;
        _seenTime = answer.SystemTime ?? _seenTime;
        if (answer.IsSuccess)
            _firstAcknowledged.TrySetResult();
        else if (!_stopped && !IsExpected(answer))
            report.Fault($"answered {answer.Text}: {attempt}");
        return answer.Status != HttpStatusCode.ServiceUnavailable;
    }

    // A client that repeats a write, at once or beside the first, gets one receipt for both.
    private async Task<bool> SendTwiceAsync(Attempt attempt, Random random)
    {
        switch (random.Next(3))
        {
            case 0:
                return await SendAsync(attempt);
            case 1:
                if (!await SendAsync(attempt) || attempt.Receipt is not { } first)
                    return attempt.Outcome != Outcome.Unknown;
                if (!await SendAsync(attempt))
                    return false;
                CompareReceipts(attempt, first, attempt.Receipt!);
                return true;
            default:
                // Each has its own record of the answer; what either was promised counts.
                var twin = new Attempt { Id = attempt.Id, Namespace = attempt.Namespace, Operations = attempt.Operations, IdempotencyKey = attempt.IdempotencyKey };
                var both = await Task.WhenAll(SendAsync(attempt), SendAsync(twin));
                if (attempt.Receipt is { } mine && twin.Receipt is { } other)
                    CompareReceipts(attempt, mine, other);
                attempt.Receipt ??= twin.Receipt;
                if (attempt.Receipt is not null)
                    attempt.Outcome = Outcome.Acknowledged;
                else if (twin.Outcome == Outcome.Unknown)
                    attempt.Outcome = Outcome.Unknown;
                return both[0] && both[1];
        }
    }

    // Only this client writes to this key, so it knows the entity tag and nothing may stand in its way.
    private async Task<bool> SendChainAsync(string name, Chain chain, Random random)
    {
        var stale = chain.Tag != "" && random.Next(8) == 0;
        var attempt = oracle.Open(name, [new Operation(chain.Key, false, random.Next(200))], ifMatch: stale ? chain.StaleTag : chain.Tag);
        var answer = await client.SendAsync(attempt);
        if (answer is null)
            return false;
        var expected = stale ? answer.Status == HttpStatusCode.PreconditionFailed : answer.IsSuccess;
        if (!expected && answer.Status != HttpStatusCode.ServiceUnavailable)
            report.Fault($"answered {answer.Text}, the newest is '{chain.Tag}': {attempt}");
        if (attempt.Receipt is { WriteId: { } id })
            (chain.StaleTag, chain.Tag) = (chain.Tag == "" ? id[..^4] + "ffff" : chain.Tag, id);
        return answer.Status != HttpStatusCode.ServiceUnavailable;
    }

    private async Task ReadAsync(Random random)
    {
        while (!_stopped)
        {
            var (name, key) = (Namespaces[random.Next(Namespaces.Length)], SharedKey(random));
            var moment = random.Next(2) == 0 ? _seenTime : null;
            var answer = await client.TryGetAsync(KvClient.PathOf(name, key) + (moment is null ? "" : $"?asOf={Uri.EscapeDataString(moment)}"));
            if (answer is null)
                return;
            if (answer.IsSuccess)
                oracle.Saw(new Sighting(name, key, moment, answer.Body.GetProperty("writeId").GetString()));
            else if (answer.Status != HttpStatusCode.NotFound && !IsExpected(answer))
                report.Fault($"answered {answer.Text}: reading {name}/{key}");
            else if (answer.Status == HttpStatusCode.NotFound && moment is not null && oracle.Knows(name, key))
                oracle.Saw(new Sighting(name, key, moment, null));
        }
    }

    private void CompareReceipts(Attempt attempt, Receipt first, Receipt second)
    {
        if (first != second)
            report.Fault($"two receipts for one idempotency key: {first} and {second}: {attempt}");
    }

    // A server that is full or stopping says so; anything else in the way of these requests is a fault.
    private static bool IsExpected(Answer answer) =>
        answer.Status is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable
        || (answer.Status == HttpStatusCode.NotFound && answer.Text.Contains("key_not_found", StringComparison.Ordinal));
}
