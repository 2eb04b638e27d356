using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using OrleansTemporal.Agents;
using OrleansTemporal.Benchmarks.Kv;
using OrleansTemporal.Kv;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Cluster.Benchmarks.Kv;

/// <summary>What the kv benchmarks of a cluster do, wherever the facade is.</summary>
internal static class KvLoad
{
    private const int KeysPerCaller = 1_000;
    private const int DocumentBytes = 1_024;
    private const int Batch = 100;
    private static readonly byte[][] Documents = [.. Enumerable.Range(0, 4_096).Select(static i => KvBench.Document(i * 7_919L, DocumentBytes))];

    /// <summary>Durable puts of 1 KB JSON.</summary>
    /// <returns>Puts a second.</returns>
    public static Task<double> PutAsync(KvService kv, string ns, int seconds, int callers) => RunAsync(seconds, callers, async (caller, i) =>
    {
        await kv.PutAsync(CallContext.Local, WorkspaceService.DefaultName, ns, KeyOf(caller, i), Documents[((caller * 31) + i) & 4_095], KvPutOptions.None, default);
        return 1;
    });

    /// <summary>Reads of what <see cref="PutAsync"/> has put.</summary>
    /// <returns>Gets a second.</returns>
    public static Task<double> GetAsync(KvService kv, string ns, int seconds, int callers) => RunAsync(seconds, callers, async (caller, i) =>
    {
        await kv.GetAsync(CallContext.Local, WorkspaceService.DefaultName, ns, KeyOf(caller, i % 10), Causality.AsOf.Latest, default);
        return 1;
    });

    /// <summary>Durable batches of 100 puts of 1 KB JSON, each caller into one of the namespaces.</summary>
    /// <returns>Puts a second.</returns>
    public static Task<double> BatchAsync(IReadOnlyList<KvService> facades, string ns, int namespaces, int seconds, int callers) => RunAsync(seconds, callers, async (caller, i) =>
    {
        var operations = ImmutableArray.CreateBuilder<KvOperation>(Batch);
        for (var n = 0; n < Batch; n++)
        {
            operations.Add(new KvOperation { Kind = KvOperationKind.Put, Key = KeyOf(caller, (i * Batch) + n), Value = Documents[((caller * 31) + (i * Batch) + n) & 4_095] });
        }

        await facades[caller % facades.Count].BatchAsync(
            CallContext.Local, WorkspaceService.DefaultName, $"{ns}{caller % namespaces}", operations.MoveToImmutable(), atomic: true, KvPutOptions.None, default);
        return Batch;
    });

    private static string KeyOf(int caller, int i) => string.Create(CultureInfo.InvariantCulture, $"c{caller}-{i % KeysPerCaller}");

    private static async Task<double> RunAsync(int seconds, int callers, Func<int, int, Task<int>> step)
    {
        long done = 0;
        var start = Stopwatch.GetTimestamp();
        var end = start + (seconds * Stopwatch.Frequency);
        await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(async () =>
        {
            for (var i = 0; Stopwatch.GetTimestamp() < end; i++)
            {
                Interlocked.Add(ref done, await step(caller, i));
            }
        })));
        return done / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
