using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace OrleansTemporal.Server.Tests.Crash;

/// <summary>
/// Keys of about 1 KB each, all written once, then one in ten again and one in a thousand deleted. What every key holds now,
/// and held in between, follows from its number, so nothing has to be remembered.
/// </summary>
internal sealed class LargeState(int keyCount)
{
    private const int KeysPerBatch = 1_000;
    private const int TextBytes = 480;
    private const int ClientsAtOnce = 4;
    private const int Samples = 400;
    private const int TriesMax = 200;
    private const string Path = "/kv/large";
    private static readonly TimeSpan BackOff = TimeSpan.FromMilliseconds(100);

    private string between = "";

    /// <summary>Writes everything.</summary>
    public async Task FillAsync(KvClient client)
    {
        await SendAsync(client, Enumerable.Range(0, keyCount), number => Put(number, round: 0));
        between = (await GetAsync(client, $"{Path}?limit=1")).Body.GetProperty("asOf").GetProperty("systemTime").GetString()!;
        await SendAsync(client, Enumerable.Range(0, keyCount).Where(IsChanged), number => Put(number, round: 1));
        await SendAsync(client, Enumerable.Range(0, keyCount).Where(IsDeleted), number => $$$"""{"delete":{"key":"{{{Key(number)}}}"}}""");
    }

    /// <summary>Reads some keys now and as of the moment in between, and lists all of them.</summary>
    public async Task CheckAsync(KvClient client)
    {
        for (var i = 0; i < Samples; i++)
        {
            // Some at even distances, and beside each its neighbours of another fate.
            var number = (int)((long)keyCount * i / Samples);
            foreach (var near in new[] { number, number / 10 * 10, (number / 1_000 * 1_000) + 7 })
            {
                await CheckAsync(client, near);
            }
        }

        await CheckListAsync(client, "", IsDeleted);
        await CheckListAsync(client, $"&asOf={between}", static _ => false);
        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync(client, $"{Path}/k")).Status);
    }

    private static async Task CheckAsync(KvClient client, KeyState state, string query)
    {
        var answer = await GetAsync(client, $"{Path}/{Key(state.Number)}{query}");
        if (state.Round is not { } round)
        {
            Assert.Equal((state.Number, HttpStatusCode.NotFound), (state.Number, answer.Status));
            return;
        }

        using var sent = JsonDocument.Parse(Document(state.Number, round));
        Assert.True(answer.IsSuccess && JsonElement.DeepEquals(answer.Body.GetProperty("value"), sent.RootElement), $"{Key(state.Number)}{query}: {answer.Text}");
    }

    private async Task CheckAsync(KvClient client, int number)
    {
        await CheckAsync(client, new KeyState(number, IsDeleted(number) ? null : IsChanged(number) ? 1 : 0), "");
        await CheckAsync(client, new KeyState(number, 0), $"?asOf={between}");
    }

    private async Task CheckListAsync(KvClient client, string query, Func<int, bool> isAbsent)
    {
        var number = 0;
        for (var path = $"{Path}?limit=10000{query}"; path is not null;)
        {
            var page = await GetAsync(client, path);
            foreach (var row in page.Body.GetProperty("value").EnumerateArray())
            {
                number += isAbsent(number) ? 1 : 0;
                Assert.Equal(Key(number++), row.GetProperty("key").GetString());
            }

            path = page.Body.GetProperty("nextLink").GetString()?.Split("/v1/default", 2)[1];
        }

        number += isAbsent(number) ? 1 : 0;
        Assert.Equal(keyCount, number);
    }

    private static bool IsChanged(int number) => number % 10 == 0;

    private static bool IsDeleted(int number) => number % 1_000 == 7;

    private static string Key(int number) => $"k{number:d8}";

    private static string Put(int number, int round) => $$$"""{"put":{"key":"{{{Key(number)}}}","value":{{{Document(number, round)}}}}}""";

    private static string Document(int number, int round)
    {
        var bytes = new byte[TextBytes];
        new Random((number * 2) + round).NextBytes(bytes);
        return $$"""{"number":{{number}},"round":{{round}},"text":"{{Convert.ToHexStringLower(bytes)}}"}""";
    }

    private static Task SendAsync(KvClient client, IEnumerable<int> numbers, Func<int, string> operation) =>
        Parallel.ForEachAsync(numbers.Chunk(KeysPerBatch), new ParallelOptions { MaxDegreeOfParallelism = ClientsAtOnce }, async (chunk, _) =>
        {
            var body = new StringBuilder("{\"operations\":[").AppendJoin(',', chunk.Select(operation)).Append("]}").ToString();
            var once = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(body)));
            var answer = await TryAsync(() => client.TryPostAsync($"{Path}/batch", body, once), () => client.PostAsync($"{Path}/batch", body, once));
            Assert.True(answer.IsSuccess, answer.Text);
        });

    private static Task<Answer> GetAsync(KvClient client, string path) => TryAsync(() => client.TryGetAsync(path), () => client.GetAsync(path));

    // On a shared machine a process may stand still for a minute. Who got no answer asks again, and a write has an idempotency key.
    private static async Task<Answer> TryAsync(Func<Task<Answer?>> send, Func<Task<Answer>> sendAtLast)
    {
        for (var attempt = 1; attempt < TriesMax; attempt++)
        {
            var answer = await send();
            if (answer is not null && answer.Status is not (HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout))
            {
                return answer;
            }

            var pause = BackOff;
            await Task.Delay(pause);
        }

        return await sendAtLast();
    }

    /// <summary>Which document a key holds; none when it was deleted.</summary>
    private sealed record KeyState(int Number, int? Round);
}
