using System.Net;

namespace OrleansTemporal.Server.Tests.Crash;

/// <summary>Writers of vectors, each of its own ones, and searchers beside them.</summary>
internal sealed class VectorLoad(VectorTrails trails, KvClient client, CampaignReport report, int seed) : ILoad
{
    private const int Writers = 8;
    private const int Searchers = 2;
    private const int IdsOfWriter = 6;

    private readonly TaskCompletionSource _firstAcknowledged = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _stopped;

    public Task FirstAcknowledged => _firstAcknowledged.Task;

    public void Stop() => _stopped = true;

    public Task RunAsync() => Task.WhenAll(
        Enumerable.Range(0, Writers).Select(writer => WriteAsync(writer, new Random(seed + writer)))
            .Concat(Enumerable.Range(0, Searchers).Select(searcher => SearchAsync(new Random(seed - 1 - searcher)))));

    private async Task WriteAsync(int writer, Random random)
    {
        var collection = VectorScenario.Collections[writer % VectorScenario.Collections.Length].Name;
        for (var round = 0; !_stopped; round++)
        {
            var attempt = Next(collection, writer, $"{seed}-{writer}-{round}", random);
            var answer = await attempt.SendAsync(client);
            if (answer is { IsSuccess: true })
            {
                trails.Acknowledge(attempt, answer.Body.GetProperty("systemTime").GetString()!);
                lock (report)
                    report.Acknowledged++;
                _firstAcknowledged.TrySetResult();
            }
            else if (answer is null || answer.Status == HttpStatusCode.ServiceUnavailable)
            {
                trails.Unknown.Enqueue(attempt);
                return;
            }
            else if (answer.Status != HttpStatusCode.TooManyRequests)
            {
                report.Fault($"answered {answer.Text}: {attempt}");
                return;
            }
            else if (attempt.Ids.Length > 1)
            {
                // Over several agents a part may have been written before there was no room.
                trails.Unknown.Enqueue(attempt);
                return;
            }
        }
    }

    private VectorAttempt Next(string collection, int writer, string key, Random random)
    {
        var ids = Enumerable.Range(0, IdsOfWriter).Select(number => $"w{writer}-{number}").ToArray();
        var id = ids[random.Next(ids.Length)];
        if (random.Next(5) == 0 && trails.NewestOf(collection, id) is not null)
            return new VectorAttempt(collection, [id], 0, true, key);
        string[] chosen = random.Next(3) == 0 ? ids : [id];
        return new VectorAttempt(collection, chosen, trails.Take(chosen.Length), false, key);
    }

    private async Task SearchAsync(Random random)
    {
        while (!_stopped)
        {
            var collection = VectorScenario.Collections[random.Next(VectorScenario.Collections.Length)].Name;
            var answer = await client.TryPostAsync($"/vectors/{collection}/search", $$"""{"vector":{{VectorAttempt.VectorOf(random.Next(10_000))}},"k":5}""", null);
            if (answer is null || answer.Status == HttpStatusCode.ServiceUnavailable)
                return;
            if (!answer.IsSuccess)
                report.Fault($"a search was answered {answer.Text}");
        }
    }
}
