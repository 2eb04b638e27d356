using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using OrleansTemporal.Agents;
using OrleansTemporal.Benchmarks.Kv;
using OrleansTemporal.Benchmarks.Macro;
using OrleansTemporal.Causality;
using OrleansTemporal.Channels;
using OrleansTemporal.Hosting;
using OrleansTemporal.Kv;
using OrleansTemporal.Subscriptions;

namespace OrleansTemporal.Benchmarks.Channels;

/// <summary>Fan-out to many subscribers of one hot agent in process, and the time from a write to a server-sent event.</summary>
public sealed class ChannelsBenchmark : IMacroBenchmark
{
    private const string Workspace = "default";
    private const int WritesAtOnce = 256;

    public string Name => "channels";

    public string Description => "channels: fan-out of one hot agent, write to server-sent event [subscribers 10000] [deltas 5000] [writes a second 5000] [seconds 10] [seconds before 20]";

    public async Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        var (subscribers, deltas) = (KvBench.Argument(args, 0, 10_000), KvBench.Argument(args, 1, 5_000));
        var (rate, seconds) = (KvBench.Argument(args, 2, 5_000), KvBench.Argument(args, 3, 10));
        await FanOutAsync(subscribers, deltas, cancellationToken);
        await StreamAsync(rate, seconds, KvBench.Argument(args, 4, 20), cancellationToken);
        return 0;
    }

    private static async Task FanOutAsync(int subscribers, int deltas, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("ot-channels-").FullName;
        await using (var database = await TemporalDatabase.OpenAsync(folder, cancellationToken))
        {
            await database.Channels.PutAsync(CallContext.Local, Workspace, "c", Kv, cancellationToken);
            var id = (await database.Subscriptions.CreateAsync(CallContext.Local, Workspace, new SubscriptionOrder { Channels = ["c"] }, cancellationToken)).Id;
            var readers = Enumerable.Range(0, subscribers).Select(_ => FollowAsync(database, id, deltas, cancellationToken)).ToArray();
            var start = Stopwatch.GetTimestamp();
            await Parallel.ForAsync(0, deltas, new ParallelOptions { MaxDegreeOfParallelism = 256, CancellationToken = cancellationToken }, async (i, stop) => await PutAsync(database, i, stop));
            var written = Stopwatch.GetElapsedTime(start);
            await Task.WhenAll(readers);
            var elapsed = Stopwatch.GetElapsedTime(start);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{subscribers:N0} subscribers of one agent, {deltas:N0} deltas: written in {written.TotalSeconds:N2} s, all delivered in {elapsed.TotalSeconds:N2} s, {subscribers * (double)deltas / elapsed.TotalSeconds:N0} deliveries/s"));

            // The same again with everything written: what delivery alone costs.
            var from = await database.Channels.GetEndAsync(CallContext.Local, Workspace, "c", cancellationToken);
            start = Stopwatch.GetTimestamp();
            await Task.WhenAll(Enumerable.Range(0, subscribers).Select(_ => Task.Run(() => FollowAsync(database, id, deltas, cancellationToken), cancellationToken)));
            elapsed = Stopwatch.GetElapsedTime(start);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"… of what is written already (up to {from}): {subscribers * (double)deltas / elapsed.TotalSeconds:N0} deliveries/s"));
        }

        Directory.Delete(folder, recursive: true);
    }

    private static async Task StreamAsync(int rate, int seconds, int secondsBefore, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("ot-channels-").FullName;
        await using (var app = ServerHost.Build(["--urls", "http://127.0.0.1:0", "--OrleansTemporal:DataDirectory", folder]))
        {
            await app.StartAsync(cancellationToken);
            using var client = new HttpClient { BaseAddress = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()) };
            while (!(await client.GetAsync("/health/ready", cancellationToken)).IsSuccessStatusCode)
            {
                await Task.Yield();
            }

            await SendAsync(client, HttpMethod.Put, "/v1/default/channels/c", """{"sources":[{"kind":"kv"}]}""", cancellationToken);
            var made = await SendAsync(client, HttpMethod.Post, "/v1/default/subscriptions", """{"channels":["c"]}""", cancellationToken);
            using var response = await client.GetAsync($"/v1/default/subscriptions/{made.GetProperty("id").GetString()}/stream", HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));
            // What a process that has just started compiles, and what waits because of it, is not what is asked for.
            await PaceAsync(client, reader, rate, secondsBefore, (new Histogram(), new Histogram()), cancellationToken);
            var (answers, events) = (new Histogram(), new Histogram());
            var (paused, collections) = (GC.GetTotalPauseDuration(), GC.CollectionCount(0));
            var elapsed = await PaceAsync(client, reader, rate, seconds, (answers, events), cancellationToken);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"write over REST to event, {rate * seconds / elapsed.TotalSeconds:N0} writes/s of {rate:N0} asked for, after {secondsBefore} s of the same, from the sending of the write: {Say(events)} to the event, {Say(answers)} to the answer; "
                + $"the collector paused {(GC.GetTotalPauseDuration() - paused).TotalMilliseconds:N0} ms in {GC.CollectionCount(0) - collections} collections"));
            await app.StopAsync(cancellationToken);
        }

        Directory.Delete(folder, recursive: true);
    }

    // Writes at a rate until all of it has come back as events; answers how long the writing took.
    private static async Task<TimeSpan> PaceAsync(HttpClient client, StreamReader reader, int rate, int seconds, (Histogram Answers, Histogram Events) latencies, CancellationToken cancellationToken)
    {
        var total = rate * seconds;
        var reading = ReadAsync(reader, total, latencies.Events, cancellationToken);
        var start = Stopwatch.GetTimestamp();
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
        using var gate = new SemaphoreSlim(WritesAtOnce);
        Exception? failure = null;
        for (var i = 0; i < total; i++)
        {
            // On time, whatever the answers do; a batch of those that are due at once.
            while (Stopwatch.GetElapsedTime(start).TotalSeconds * rate < i)
            {
                await pace.WaitForNextTickAsync(cancellationToken);
            }

            await gate.WaitAsync(cancellationToken);
            _ = WriteAsync(client, i, latencies.Answers, cancellationToken).ContinueWith(
                task =>
                {
                    failure ??= task.Exception;
                    gate.Release();
                },
                TaskScheduler.Default);
        }

        for (var i = 0; i < WritesAtOnce; i++)
        {
            await gate.WaitAsync(cancellationToken);
        }

        if (failure is not null)
        {
            throw failure;
        }

        var elapsed = Stopwatch.GetElapsedTime(start);
        await reading;
        return elapsed;
    }

    private static string Say(Histogram latencies) => string.Create(
        CultureInfo.InvariantCulture,
        $"p50 {latencies.Percentile(0.5).TotalMilliseconds:N1}, p99 {latencies.Percentile(0.99).TotalMilliseconds:N1}, p99.9 {latencies.Percentile(0.999).TotalMilliseconds:N1} ms");

    private static ChannelSettings Kv => new() { Sources = [new ChannelSource { Kind = AgentKind.Kv }] };

    private static async Task PutAsync(TemporalDatabase database, int i, CancellationToken cancellationToken) =>
        await database.KvService.PutAsync(CallContext.Local, Workspace, "hot", $"k{i % 1_000}", Encoding.UTF8.GetBytes($$"""{"n":{{i}}}"""), KvPutOptions.None, cancellationToken);

    private static async Task FollowAsync(TemporalDatabase database, string id, int count, CancellationToken cancellationToken)
    {
        await foreach (var batch in database.Subscriptions.FollowAsync(CallContext.Local, Workspace, id, null, TimeSpan.FromSeconds(15), explains: false, cancellationToken))
        {
            if ((count -= batch.Deltas.Length) <= 0)
            {
                return;
            }
        }
    }

    private static async Task WriteAsync(HttpClient client, int i, Histogram answers, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        using var content = new StringContent(start.ToString(CultureInfo.InvariantCulture));
        using var response = await client.PutAsync($"/v1/default/kv/hot/k{i % 1_000}", content, cancellationToken);
        response.EnsureSuccessStatusCode();
        lock (answers)
        {
            answers.Add(Stopwatch.GetElapsedTime(start));
        }
    }

    private static async Task ReadAsync(StreamReader reader, int total, Histogram latencies, CancellationToken cancellationToken)
    {
        for (var seen = 0; seen < total;)
        {
            var line = await reader.ReadLineAsync(cancellationToken) ?? throw new InvalidOperationException("The stream ended.");
            if (!line.StartsWith("data: ", StringComparison.Ordinal))
            {
                continue;
            }

            using var json = JsonDocument.Parse(line[6..]);
            latencies.Add(Stopwatch.GetElapsedTime(json.RootElement.GetProperty("payload").GetInt64()));
            seen++;
        }
    }

    private static async Task<JsonElement> SendAsync(HttpClient client, HttpMethod method, string path, string body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path) { Content = new StringContent(body) };
        using var response = await client.SendAsync(request, cancellationToken);
        response.EnsureSuccessStatusCode();
        return JsonDocument.Parse(await response.Content.ReadAsStringAsync(cancellationToken)).RootElement;
    }
}
