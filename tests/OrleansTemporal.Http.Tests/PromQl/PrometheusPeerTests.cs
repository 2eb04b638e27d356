using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using OrleansTemporal.Http.Tests.Testing;

namespace OrleansTemporal.Http.Tests.PromQl;

/// <summary>
/// The same points in Prometheus and here, and the same questions. No point lies on a bound of a span and counters begin at
/// zero or far above it, where versions 2 and 3 of Prometheus differ.
/// </summary>
public sealed class PrometheusPeerTests(TestServer server) : IClassFixture<TestServer>
{
    private const long Start = 1_767_225_600;
    private const int ScrapeCount = 160;
    private const int ScrapeSeconds = 15;

    private static readonly string[] Queries =
    [
        "peer_v", "peer_v{host=\"a\"}", "peer_v{host!~\"a|b\"}", "{__name__=~\"peer_.+\", zone=\"y\"}", "peer_v offset 2m", "peer_v @ 1767226000", "peer_v @ end() offset 1m",
        "rate(peer_total[1m])", "rate(peer_total[5m])", "increase(peer_total[3m])", "delta(peer_v[2m])", "irate(peer_total[2m])", "idelta(peer_v[2m])", "changes(peer_v[5m])", "resets(peer_total[10m])",
        "avg_over_time(peer_v[4m])", "sum_over_time(peer_v[4m])", "min_over_time(peer_v[4m])", "max_over_time(peer_v[4m])", "count_over_time(peer_v[4m])", "last_over_time(peer_v[4m])",
        "stddev_over_time(peer_v[4m])", "stdvar_over_time(peer_v[4m])", "quantile_over_time(0.9, peer_v[4m])", "present_over_time(peer_v[1m])",
        "sum(peer_v)", "sum by (zone) (rate(peer_total[2m]))", "avg without (host) (peer_v)", "min by (zone) (peer_v)", "max(peer_v)", "count by (zone) (peer_v)", "group(peer_v)", "stddev(peer_v)", "stdvar by (zone) (peer_v)",
        "quantile(0.3, peer_v)", "topk(2, peer_v)", "bottomk by (zone) (1, peer_v)", "topk(1, rate(peer_total[3m]))",
        "peer_v + 1", "2 ^ peer_v", "peer_v % 3", "-peer_v", "peer_v > 50", "50 < peer_v", "peer_v >= bool 50", "peer_v == peer_v", "peer_v / peer_total", "peer_v * on (host) peer_total", "peer_v - ignoring (zone) peer_total",
        "peer_v > on (host) peer_total", "peer_v and on (host) (peer_total > 100)", "peer_v or on (zone) peer_total", "peer_v unless (peer_v > 40)", "(peer_v atan2 2) + 0",
        "abs(peer_v - 50)", "ceil(peer_v)", "floor(peer_v)", "round(peer_v, 0.5)", "clamp(peer_v, 40, 60)", "clamp_min(peer_v, 50)", "clamp_max(peer_v, 50)", "sqrt(peer_v)", "exp(peer_v / 100)", "ln(peer_v)", "log2(peer_v)", "log10(peer_v)", "sgn(peer_v - 50)",
        "scalar(peer_v{host=\"a\"})", "vector(time())", "time() - 1767225600", "1 + 2 * 3 ^ 2 - -4 % 3", "sum(peer_v) / count(peer_v) - avg(peer_v) > bool 1",
    ];

    [PrometheusFact]
    public async Task prometheus_answers_the_same_to_every_question_over_the_same_points()
    {
        var folder = Directory.CreateTempSubdirectory("ot-prometheus-").FullName;
        var points = PointsOf().ToArray();
        await WriteAsync(points);
        await RunAsync("promtool", "tsdb", "create-blocks-from", "openmetrics", await FileOf(folder, points), Path.Combine(folder, "data"));
        await File.WriteAllTextAsync(Path.Combine(folder, "none.yml"), "global: {}\n");
        var port = FreePort();
        using var peer = Process.Start(new ProcessStartInfo("prometheus",
        [
            $"--config.file={Path.Combine(folder, "none.yml")}", $"--storage.tsdb.path={Path.Combine(folder, "data")}", $"--web.listen-address=127.0.0.1:{port}", "--storage.tsdb.retention.time=100y", "--log.level=error",
        ])
        { RedirectStandardError = true })!;
        try
        {
            peer.BeginErrorReadLine();
            using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
            await Eventually.HoldsAsync("Prometheus is ready", async () => await IsReadyAsync(client), TimeSpan.FromSeconds(120));
            var differences = new List<string>();
            foreach (var query in Queries)
            {
                foreach (var range in new[] { $"query_range?start={Start + 7}&end={Start + 2_700}&step=45", $"query?time={Start + 1_207}" })
                {
                    var target = $"api/v1/{range}&query={Uri.EscapeDataString(query)}";
                    var (theirs, ours) = (await AskAsync(client, "/" + target), await AskAsync(server.Client, "/prom/default/" + target));
                    if (Differ(theirs, ours) is { } difference)
                    {
                        differences.Add($"{query} ({range}): {difference}");
                    }
                }
            }

            Assert.True(differences.Count == 0, string.Join("\n", differences));
        }
        finally
        {
            peer.Kill();
            await peer.WaitForExitAsync();
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string? Differ(JsonElement theirs, JsonElement ours)
    {
        var (expected, actual) = (Flatten(theirs), Flatten(ours));
        if (theirs.GetProperty("resultType").GetString() != ours.GetProperty("resultType").GetString() || expected.Count != actual.Count)
        {
            return $"{expected.Count} values there and {actual.Count} here";
        }

        foreach (var (place, value) in expected)
        {
            if (!actual.TryGetValue(place, out var other) || !(value.Equals(other) || Math.Abs(value - other) <= 1e-9 * Math.Max(1, Math.Abs(value))))
            {
                return $"{place} is {value} there and {other} here";
            }
        }

        return null;
    }

    private static Dictionary<string, double> Flatten(JsonElement data)
    {
        var values = new Dictionary<string, double>();
        var result = data.GetProperty("result");
        if (data.GetProperty("resultType").GetString() == "scalar")
        {
            Add("", result);
            return values;
        }

        foreach (var series in result.EnumerateArray())
        {
            var labels = string.Join(',', series.GetProperty("metric").EnumerateObject().Select(static label => $"{label.Name}={label.Value}").Order(StringComparer.Ordinal));
            foreach (var pair in series.TryGetProperty("values", out var several) ? [.. several.EnumerateArray()] : new[] { series.GetProperty("value") })
            {
                Add(labels, pair);
            }
        }

        return values;

        void Add(string labels, JsonElement pair) => values.Add(
            $"{{{labels}}} at {pair[0].GetDouble()}",
            pair[1].GetString() switch { "+Inf" => double.PositiveInfinity, "-Inf" => double.NegativeInfinity, var text => double.Parse(text!, CultureInfo.InvariantCulture) });
    }

    private static IEnumerable<(string Field, string Host, string Zone, long Time, double Value)> PointsOf()
    {
        var random = new Random(4_711);
        foreach (var (host, zone) in new[] { ("a", "x"), ("b", "x"), ("c", "y"), ("d", "y") })
        {
            var (value, total) = (50.0, host == "d" ? 1_000_000.0 : 0.0);
            for (var i = 0; i < ScrapeCount; i++)
            {
                value += Math.Round((random.NextDouble() - 0.5) * 8, 2);
                total = host == "b" && i % 61 == 60 ? 0 : total + random.Next(40);

                // A gap that is longer than a value lasts.
                if (host != "c" || i is < 70 or > 100)
                {
                    yield return ("v", host, zone, Start + (i * ScrapeSeconds), Math.Round(value, 2));
                    yield return ("total", host, zone, Start + (i * ScrapeSeconds), total);
                }
            }
        }
    }

    private async Task WriteAsync((string Field, string Host, string Zone, long Time, double Value)[] points)
    {
        var body = string.Join(',', points.Select(static point => string.Create(
            CultureInfo.InvariantCulture,
            $$$"""{"tags":{"host":"{{{point.Host}}}","zone":"{{{point.Zone}}}"},"fields":{"{{{point.Field}}}":{{{point.Value}}}},"time":"{{{DateTimeOffset.FromUnixTimeSeconds(point.Time):yyyy-MM-dd'T'HH:mm:ss'Z'}}}"}""")));
        await server.ExpectAsync(200, "POST", "/v1/default/series/peer/points", $$"""{"points":[{{body}}]}""");
    }

    private static async Task<string> FileOf(string folder, (string Field, string Host, string Zone, long Time, double Value)[] points)
    {
        var text = new StringBuilder();
        foreach (var metric in points.GroupBy(static point => point.Field))
        {
            text.Append(CultureInfo.InvariantCulture, $"# TYPE peer_{metric.Key} unknown\n");
            foreach (var point in metric)
            {
                text.Append(CultureInfo.InvariantCulture, $"peer_{metric.Key}{{host=\"{point.Host}\",zone=\"{point.Zone}\"}} {point.Value} {point.Time}\n");
            }
        }

        var file = Path.Combine(folder, "points.txt");
        await File.WriteAllTextAsync(file, text.Append("# EOF\n").ToString());
        return file;
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await output + await error);
    }

    private static async Task<bool> IsReadyAsync(HttpClient client)
    {
        try
        {
            using var answer = await client.GetAsync(new Uri("/-/ready", UriKind.Relative));
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            // It does not listen yet.
            return false;
        }
    }

    private static async Task<JsonElement> AskAsync(HttpClient client, string target)
    {
        var text = await client.GetStringAsync(new Uri(target, UriKind.Relative));
        return JsonDocument.Parse(text).RootElement.GetProperty("data");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
