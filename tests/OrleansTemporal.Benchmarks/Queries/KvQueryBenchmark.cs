using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using OrleansTemporal.Agents;
using OrleansTemporal.Benchmarks.Kv;
using OrleansTemporal.Benchmarks.Macro;
using OrleansTemporal.Hosting;
using OrleansTemporal.Kv;
using OrleansTemporal.Queries;

namespace OrleansTemporal.Benchmarks.Queries;

/// <summary>Filters over a million documents of 200 bytes on one thread, beside System.Text.Json and SQLite; then whole queries.</summary>
public sealed class KvQueryBenchmark : IMacroBenchmark
{
    private const int Rounds = 3;

    public string Name => "kv-query";

    public string Description => "filters over documents beside System.Text.Json and SQLite; whole queries [documents 1000000] [keys 200000]";

    public async Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        var documents = new QueryDocuments(KvBench.Argument(args, 0, 1_000_000));
        RunFilter(documents, "amount > 500000", """{"gt":{"field":"amount","value":500000}}""");
        RunFilter(documents, "zip = 12345, the last field, behind an object and an array", """{"eq":{"field":"zip","value":"12345"}}""");
        RunFilter(documents, "customer.id > 500000", """{"gt":{"field":"customer.id","value":500000}}""");
        RunFilter(documents, "city matches ^B.*m$", """{"matches":{"field":"city","value":"^B.*m$"}}""");
        RunFilter(documents, "amount > 500000 and status = open", """{"and":[{"gt":{"field":"amount","value":500000}},{"eq":{"field":"status","value":"open"}}]}""");
        Report("System.Text.Json JsonDocument: amount > 500000", documents.Count, () =>
        {
            var passed = 0;
            for (var i = 0; i < documents.Count; i++)
            {
                using var tree = JsonDocument.Parse(documents[i]);
                passed += tree.RootElement.GetProperty("amount"u8).GetInt64() > 500_000 ? 1 : 0;
            }

            return passed;
        });
        RunSqlite(documents);
        await RunQueriesAsync(KvBench.Argument(args, 1, 200_000), cancellationToken);
        return 0;
    }

    private static void RunFilter(QueryDocuments documents, string what, string json)
    {
        var filter = Filter.Parse(Encoding.UTF8.GetBytes(json));
        Report($"filter: {what}", documents.Count, () =>
        {
            var passed = 0;
            for (var i = 0; i < documents.Count; i++)
            {
                passed += filter.Matches(documents[i].Span) ? 1 : 0;
            }

            return passed;
        });
    }

    private static void RunSqlite(QueryDocuments documents)
    {
        using var sqlite = SqliteJson.TryOpen();
        if (sqlite is null)
        {
            Console.WriteLine("kv-query: SQLite is not installed");
            return;
        }

        sqlite.Fill(documents);
        Report($"SQLite {sqlite.Version} json_extract: amount > 500000", documents.Count, () =>
            int.Parse(sqlite.Scalar("SELECT count(*) FROM d WHERE json_extract(v, '$.amount') > 500000"), CultureInfo.InvariantCulture));
        Report($"SQLite {sqlite.Version} json_extract: zip = 12345", documents.Count, () =>
            int.Parse(sqlite.Scalar("SELECT count(*) FROM d WHERE json_extract(v, '$.zip') = '12345'"), CultureInfo.InvariantCulture));
    }

    private static async Task RunQueriesAsync(int keys, CancellationToken cancellationToken)
    {
        var folder = KvBench.NewFolder("kv-query");
        try
        {
            await using (var db = await KvBench.OpenAsync(folder))
            {
                for (var at = 0; at < keys; at += 5_000)
                {
                    ImmutableArray<KvOperation> operations = [.. Enumerable.Range(at, Math.Min(5_000, keys - at))
                        .Select(static i => new KvOperation { Kind = KvOperationKind.Put, Key = $"key{i:d9}", Value = QueryDocuments.Make(i) })];
                    await db.KvService.BatchAsync(CallContext.Local, "default", "bench", operations, atomic: true, KvPutOptions.None, cancellationToken);
                }

                await QueriesAsync(db, keys, "memory", cancellationToken);
                foreach (var agent in db.Directory.Agents)
                {
                    while (await agent.MaintainAsync(new MaintenanceBudget { SealEverything = true, AllowMerges = true }, cancellationToken))
                    {
                        // Until nothing is left to seal or merge.
                    }
                }
            }

            await using (var db = await KvBench.OpenAsync(folder))
            {
                await QueriesAsync(db, keys, "segments after restart", cancellationToken);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task QueriesAsync(TemporalDatabase db, int keys, string from, CancellationToken cancellationToken)
    {
        var filter = Encoding.UTF8.GetBytes("""{"gt":{"field":"amount","value":500000}}""");
        await ReportAsync($"{from}: count of amount > 500000", keys, new KvQueryRequest { Filter = filter, Aggregates = [new AggregateField("n", AggregateKind.Count, "*")] });
        await ReportAsync($"{from}: first 10 by amount", keys, new KvQueryRequest { Sort = [new SortField("amount", true)], Limit = 10 });
        await ReportAsync($"{from}: count, sum and mean by city", keys, new KvQueryRequest
        {
            GroupBy = ["city"],
            Aggregates = [new AggregateField("n", AggregateKind.Count, "*"), new AggregateField("s", AggregateKind.Sum, "amount"), new AggregateField("a", AggregateKind.Avg, "amount")],
        });
        await ReportAsync($"{from}: a page of 100 without total", 100, new KvQueryRequest { WithTotal = false });

        async Task ReportAsync(string what, int count, KvQueryRequest request)
        {
            var seconds = new List<double>();
            KvQueryPlan? plan = null;
            for (var round = 0; round < Rounds; round++)
            {
                var start = Stopwatch.GetTimestamp();
                plan = (await db.KvService.QueryAsync(CallContext.Local, "default", "bench", request, cancellationToken)).Plan;
                seconds.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"kv-query: {what}: {count / seconds.Min():N0} keys/s, {seconds.Min() * 1_000:N1} ms in {plan!.TurnCount} turns"));
        }
    }

    // The best round: others may use the machine meanwhile, and nothing makes a round too fast.
    private static void Report(string what, int count, Func<int> run)
    {
        var (best, passed) = (double.MaxValue, 0);
        for (var round = 0; round < Rounds; round++)
        {
            var start = Stopwatch.GetTimestamp();
            passed = run();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"kv-query: {what}: {count / best:N0} documents/s ({passed:N0} pass)"));
    }
}
