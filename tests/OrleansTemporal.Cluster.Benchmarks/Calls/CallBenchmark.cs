using System.Diagnostics;
using System.Globalization;
using OrleansTemporal.Agents;
using OrleansTemporal.Benchmarks.Kv;
using OrleansTemporal.Benchmarks.Macro;
using OrleansTemporal.Causality;
using OrleansTemporal.Cluster.Benchmarks.Hosting;
using OrleansTemporal.Hosting;
using OrleansTemporal.Kv;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Cluster.Benchmarks.Calls;

/// <summary>
/// What a call of a facet costs as a grain call, beside an empty grain call with the same argument and result and the same
/// call in an embedded database: turn by turn, so that all three meet the same machine.
/// </summary>
public sealed class CallBenchmark : IMacroBenchmark
{
    private const string Namespace = "bench";
    private const string Key = "key-1";
    private const int DocumentBytes = 256;
    private const int Rounds = 11;
    private static readonly AgentId Agent = new(WorkspaceService.DefaultName, AgentKind.Kv, Namespace, 0);
    private static readonly KvWrite Write = new()
    {
        Operations = [new KvOperation { Kind = KvOperationKind.Put, Key = Key, Value = KvBench.Document(1, DocumentBytes) }],
        Durability = Durability.Buffered,
    };

    public string Name => "calls";

    public string Description => "a grain call beside an empty grain call and the same embedded call [calls a round 20000]";

    public async Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        var calls = KvBench.Argument(args, 0, 20_000);
        var folder = KvBench.NewFolder("calls");
        try
        {
            InProcessDirectory? directory = null;
            await using var embedded = await TemporalDatabase.OpenAsync(
                new TemporalOptions { DataDirectory = Path.Combine(folder, "embedded") }, services => directory = new InProcessDirectory(services), cancellationToken);
            await using var silo = await BenchSilo.StartAsync(new TemporalOptions { DataDirectory = Path.Combine(folder, "silo") });
            foreach (var kv in (KvService[])[embedded.KvService, silo.Database.KvService])
            {
                await kv.PutAsync(CallContext.Local, WorkspaceService.DefaultName, Namespace, Key, KvBench.Document(1, DocumentBytes), KvPutOptions.None, cancellationToken);
            }

            await MeasureAsync("from the silo", silo.Grains, directory!.Get<IStorageAgent>(Agent), calls);
            await OtherProcess.StartAsync(silo, "calls", $"{calls / 4}");
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Measures and prints.</summary>
    /// <param name="from">Where calls come from.</param>
    /// <param name="grains">The way to grains.</param>
    /// <param name="embedded">The same agent without a cluster; null where there is none.</param>
    /// <param name="calls">Calls in a round.</param>
    public static async Task MeasureAsync(string from, IGrainFactory grains, IStorageAgent? embedded, int calls)
    {
        var grain = grains.GetGrain<IStorageGrain>(Agent.ToString());
        var empty = grains.GetGrain<IEmptyGrain>("empty");
        await empty.AnswerWithAsync(await grain.GetAsync(Key, AsOf.Latest, default), await grain.WriteAsync(Write, default));
        foreach (var callers in (int[])[1, 64])
        {
            await CompareAsync($"{from}, get, {callers} callers", callers, calls,
                async () => await grain.GetAsync(Key, AsOf.Latest, default),
                async () => await empty.GetAsync(Key, AsOf.Latest, default),
                embedded is null ? null : async () => await embedded.GetAsync(Key, AsOf.Latest, default));
            await CompareAsync($"{from}, buffered put, {callers} callers", callers, calls,
                async () => await grain.WriteAsync(Write, default),
                async () => await empty.WriteAsync(Write, default),
                embedded is null ? null : async () => await embedded.WriteAsync(Write, default));
        }
    }

    private static async Task CompareAsync(string what, int callers, int calls, Func<Task> facet, Func<Task> empty, Func<Task>? embedded)
    {
        var (facets, empties, embeddeds) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = -1; round < Rounds; round++)
        {
            var (one, two, three) = (await TimeAsync(facet, callers, calls), await TimeAsync(empty, callers, calls), embedded is null ? 0 : await TimeAsync(embedded, callers, calls));
            if (round >= 0)
            {
                facets.Add(one);
                empties.Add(two);
                embeddeds.Add(three);
            }
        }

        var ratio = KvBench.Median(facets.Select((one, round) => one / (empties[round] + embeddeds[round])));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"  {what,-46} {KvBench.Median(facets),7:0.00} µs; empty {KvBench.Median(empties),6:0.00}{(embedded is null ? "" : $" + embedded {KvBench.Median(embeddeds),5:0.00}")}; ratio {ratio:0.00}"));
    }

    // Microseconds of each call, or, of many callers, of the process for each call.
    private static async Task<double> TimeAsync(Func<Task> call, int callers, int calls)
    {
        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < calls / callers; i++)
            {
                await call();
            }
        })));
        return Stopwatch.GetElapsedTime(start).TotalMicroseconds / calls;
    }
}
