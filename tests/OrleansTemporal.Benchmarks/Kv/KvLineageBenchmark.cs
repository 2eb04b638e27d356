using System.Collections.Immutable;
using System.Diagnostics;
using OrleansTemporal.Agents;
using OrleansTemporal.Benchmarks.Macro;
using OrleansTemporal.Causality;
using OrleansTemporal.Hosting;
using OrleansTemporal.Kv;
using OrleansTemporal.Lineage;

namespace OrleansTemporal.Benchmarks.Kv;

/// <summary>What causes cost a put, and how fast lineage is followed over a million writes, from memory and sealed.</summary>
public sealed class KvLineageBenchmark : IMacroBenchmark
{
    private const int Callers = 256;
    private const int DocumentBytes = 128;
    private const int CausesPerWrite = 2;
    private const int QuestionSeconds = 2;
    private static readonly string[] Namespaces = ["raw", "clean", "report"];

    public string Name => "kv-lineage";

    public string Description => "puts with causes, ancestors and descendants [writes 1000000] [writes of a round of puts 100000]";

    public async Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        var (count, round) = (KvBench.Argument(args, 0, 1_000_000), KvBench.Argument(args, 1, 100_000));
        var folder = KvBench.NewFolder("kv-lineage");
        try
        {
            await using var db = await KvBench.OpenAsync(folder);
            var ids = new WriteId[count];
            var done = 0;
            var (plain, caused) = (new List<double>(), new List<double>());
            for (var i = 0; i < 4; i++)
            {
                // The first of each warms up.
                plain.Add(await PutAsync(db, ids, done, round, causes: 0));
                caused.Add(await PutAsync(db, ids, done += round, round, CausesPerWrite));
                done += round;
            }

            Console.WriteLine($"kv-lineage: durable puts of {DocumentBytes} B, {Callers} callers: {KvBench.Median(plain.Skip(1)):N0}/s without, {KvBench.Median(caused.Skip(1)):N0}/s with {CausesPerWrite} causes (median of 3 rounds of {round:N0})");
            var rate = done < count ? await PutAsync(db, ids, done, count - done, CausesPerWrite) : 0;
            Console.WriteLine($"  then up to {count:N0} writes with causes at {rate:N0}/s");
            await AskAllAsync(db, ids, "as it stands");
            var sealing = Stopwatch.GetTimestamp();
            foreach (var agent in Namespaces.Select(name => new AgentId("default", AgentKind.Kv, name, 0)))
            {
                while (await db.Directory.MaintainAsync(agent, new MaintenanceBudget { SealEverything = true, AllowMerges = true }, cancellationToken))
                {
                    // Each turn seals one generation, or merges once.
                }
            }

            Console.WriteLine($"  sealed in {Stopwatch.GetElapsedTime(sealing).TotalSeconds:0.0} s, runs {KvBench.FolderBytes(folder) >> 20} MiB in all");
            await AskAllAsync(db, ids, "sealed");
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<double> PutAsync(TemporalDatabase db, WriteId[] ids, int from, int count, int causes)
    {
        var documents = Enumerable.Range(0, 1_024).Select(static i => KvBench.Document(i * 7_919L, DocumentBytes)).ToArray();
        var next = from - 1;
        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            var random = new Random(caller + from);
            for (var i = Interlocked.Increment(ref next); i < from + count; i = Interlocked.Increment(ref next))
            {
                var options = causes == 0 || i == 0 ? KvPutOptions.None : new KvPutOptions { Causes = Choose(ids, random, i, causes) };
                var result = await db.KvService.PutAsync(
                    CallContext.Local, "default", Namespaces[i % Namespaces.Length], $"k{i % 200_000}", documents[i & 1_023], options, CancellationToken.None);
                ids[i] = result.Outcomes[0].WriteId;
            }
        })));
        return count / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    // Of the last ten thousand that are there already.
    private static ImmutableArray<WriteId> Choose(WriteId[] ids, Random random, int before, int count)
    {
        var causes = ImmutableArray.CreateBuilder<WriteId>(count);
        for (var tries = 0; causes.Count < count && tries < 100; tries++)
        {
            if (ids[random.Next(Math.Max(0, before - 10_000), before)] is { IsNone: false } cause)
            {
                causes.Add(cause);
            }
        }

        return causes.ToImmutable();
    }

    private static async Task AskAllAsync(TemporalDatabase db, WriteId[] ids, string state)
    {
        foreach (var (ask, depth) in new[] { (LineageAsk.Ancestors, 1), (LineageAsk.Ancestors, 5), (LineageAsk.Effects, 1), (LineageAsk.Descendants, 5) })
        {
            var random = new Random(1);
            var (asked, rows) = (0, 0L);
            var start = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(start).TotalSeconds < QuestionSeconds)
            {
                var query = new LineageQuery { Ask = ask, Of = [ids[random.Next(ids.Length)].ToString()], Depth = ask == LineageAsk.Effects ? null : depth, Limit = 1_000 };
                rows += (await db.Lineage.AskAsync(CallContext.Local, "default", query, CancellationToken.None)).Rows.Length;
                asked++;
            }

            var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            Console.WriteLine($"  {state}: {LineageAsks.ToName(ask)}, depth {depth}: {asked / seconds:N0} questions/s, {rows / seconds:N0} writes/s, one caller");
        }
    }
}
