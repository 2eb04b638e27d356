using System.Net;

namespace OrleansTemporal.Server.Tests.Crash;

/// <summary>Concurrent clients that write, and at the same time erase, split and merge, as a mix asks for.</summary>
internal sealed class ChangeLoad(TimedOracle oracle, PartitionTrail partitions, KvClient client, CampaignReport report, ChangeMix mix, int seed) : ILoad
{
    private const int Writers = 12;
    private const int Readers = 2;
    private const int OwnKeys = 3;
    private const int SharedKeys = 6;
    private const int BatchMax = 8;
    private const int TextLengthMin = 24;
    private const int TextLengthMax = 500;

    private readonly string[] _names = [.. mix.Partitions.Keys.Order(StringComparer.Ordinal)];
    private readonly TaskCompletionSource _firstAcknowledged = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _stopped;
    private volatile string? _seenTime;

    public Task FirstAcknowledged => _firstAcknowledged.Task;

    public void Stop() => _stopped = true;

    public Task RunAsync()
    {
        var clients = Enumerable.Range(0, Writers).Select(writer => WriteAsync(writer, new Random(seed + writer)))
            .Concat(Enumerable.Range(0, Readers).Select(reader => ReadAsync(new Random(seed - 1 - reader))))
            .Concat(Enumerable.Range(0, mix.Erasers).Select(eraser => EraseAsync(new Random(seed + 1_000 + eraser))));
        return Task.WhenAll(mix.Moving is null ? clients : clients.Append(MoveAsync(new Random(seed + 2_000))));
    }

    private async Task WriteAsync(int writer, Random random)
    {
        while (!_stopped)
        {
            var name = _names[random.Next(_names.Length)];
            var attempt = random.Next(100) < mix.BatchPercent
                ? oracle.Open(name, Batch(writer, random), idempotent: true, isAtomic: false)
                : oracle.Open(name, [Single(writer, random)], idempotent: random.Next(2) == 0);
            var answer = await client.SendAsync(attempt);
            var isErased = answer?.Status == HttpStatusCode.Gone && mix.Erasers > 0 && attempt.IdempotencyKey is not null;
            if (isErased)
            {
                // Keys moved while it was written, so the server looked for what it had written before, and that was erased by then.
                attempt.Outcome = Outcome.Erased;
            }

            oracle.Close(attempt);
            if (answer is null)
                return;
            _seenTime = answer.SystemTime ?? _seenTime;
            if (answer.IsSuccess)
                _firstAcknowledged.TrySetResult();
            else if (!_stopped && !isErased && !IsExpected(answer))
                report.Fault($"answered {answer.Text}: {attempt}");
        }
    }

    private async Task ReadAsync(Random random)
    {
        while (!_stopped)
        {
            var (name, key) = (_names[random.Next(_names.Length)], Key(random.Next(Writers), random));
            // An erasure changes answers about the past, so only without any they must stay.
            var moment = mix.Erasers == 0 && random.Next(2) == 0 ? _seenTime : null;
            var answer = await client.TryGetAsync(KvClient.PathOf(name, key) + (moment is null ? "" : $"?asOf={Uri.EscapeDataString(moment)}"));
            if (answer is null)
                return;
            if (answer.IsSuccess)
                oracle.Saw(new Sighting(name, key, moment, answer.Body.GetProperty("writeId").GetString()));
            else if (!IsExpected(answer))
                report.Fault($"answered {answer.Text}: reading {name}/{key} as of {moment ?? "now"}");
            else if (answer.Status == HttpStatusCode.NotFound && moment is not null && oracle.Knows(name, key))
                oracle.Saw(new Sighting(name, key, moment, null));
        }
    }

    private async Task EraseAsync(Random random)
    {
        while (!_stopped)
        {
            var name = _names[random.Next(_names.Length)];
            var key = Key(random.Next(Writers), random);
            var erasure = random.Next(100) switch
            {
                < 50 => oracle.OpenErasure(name, key, ""),
                < 86 => oracle.OpenErasure(name, null, key[..(key.IndexOf('/') + 1)]),
                < 97 => oracle.OpenErasure(name, null, ""),
                _ => oracle.OpenErasure(null, null, ""),
            };
            if (!await new ErasureClient(client, oracle, report).SendAsync(erasure))
                return;
        }
    }

    private async Task MoveAsync(Random random)
    {
        while (!_stopped)
        {
            if (!await partitions.ChangeAsync(client, random.Next(1, 6)))
                return;
        }
    }

    private static List<Operation> Batch(int writer, Random random) =>
        [.. Enumerable.Range(0, random.Next(2, BatchMax + 1)).Select(_ => Key(writer, random)).Distinct().Select(key => Put(key, random))];

    private static Operation Single(int writer, Random random) =>
        random.Next(7) == 0 ? new Operation(Key(writer, random), true, 0) : Put(Key(writer, random), random);

    private static Operation Put(string key, Random random) => new(key, false, random.Next(TextLengthMin, TextLengthMax));

    private static string Key(int writer, Random random) => random.Next(2) == 0 ? $"w{writer}/{random.Next(OwnKeys)}" : $"all/{random.Next(SharedKeys)}";

    // A server that is full or stopping says so, and keys are deleted and erased by others.
    private static bool IsExpected(Answer answer) =>
        answer.Status is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable
        || (answer.Status == HttpStatusCode.NotFound && answer.Text.Contains("key_not_found", StringComparison.Ordinal))
        || (answer.Status == HttpStatusCode.NotFound && answer.Text.Contains("no_value_at", StringComparison.Ordinal));
}
