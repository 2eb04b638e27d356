using System.Text;
using OrleansTemporal.Agents;
using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Causality;
using OrleansTemporal.Hosting;
using OrleansTemporal.Kv;
using OrleansTemporal.Storage.Journal;
using OrleansTemporal.Storage.Memory;

namespace OrleansTemporal.Simulation.Tests.Flips;

/// <summary>
/// A store with a little of everything in a few kilobytes: segments, runs, manifests, and a tail in the journal. It is
/// opened from an image, and asked everything there is to ask.
/// </summary>
internal sealed class SmallStore
{
    private const string Workspace = "default";
    private static readonly string[] Namespaces = ["a", "b"];

    private readonly QueueWorkScheduler scheduler = new();
    private readonly ManualTime time;
    private readonly MemoryFileSystem files;
    private TemporalDatabase? database;

    public SmallStore(MemoryImage image, int life)
    {
        time = new ManualTime(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero) + TimeSpan.FromMinutes(life));
        files = new MemoryFileSystem(image);
    }

    /// <summary>What the journal had to say when it was opened; null when all was well.</summary>
    public string? Fault => database!.Log.Fault;

    /// <summary>Images of the store: stopped in good order; killed right after its last write; and killed right before it.</summary>
    public static (MemoryImage Stopped, MemoryImage Killed, MemoryImage Before, IReadOnlyList<HybridTimestamp> Times) Build()
    {
        var store = new SmallStore(new MemoryImage(), 0);
        store.Wait(store.OpenAsync());
        var times = new List<HybridTimestamp>();
        for (var i = 0; i < 24; i++)
        {
            times.Add(store.Put(Namespaces[i % 5 / 4], $"k{i % 4}", i));
            if (i is 8 or 14 or 17)
            {
                store.Wait(store.SealAsync());
            }
        }

        var before = store.files.Snapshot();
        times.Add(store.Put("a", "k0", 99));
        var killed = store.files.Snapshot();
        store.Wait(store.database!.DisposeAsync().AsTask());
        return (store.files.Snapshot(), killed, before, times);
    }

    public async Task OpenAsync()
    {
        var options = new TemporalOptions
        {
            Time = time,
            Storage = new StorageOptions { JournalFileBytes = 16 << 10, JournalBytesMax = 64 << 10, GenerationBytesMax = 1 << 20, MemoryBytesMax = 0, CacheBytesMax = 1 << 20 },
        };
        var parts = await DatabaseParts.OpenAsync(options, files, scheduler, new SeededSalts(1), JournalDriver.Scheduled, [], CancellationToken.None);
        database = TemporalDatabase.Start(options, parts, withMaintenance: false);
    }

    /// <summary>Questions by name. Each is asked by itself, so that damage in one place does not hide an answer elsewhere.</summary>
    public Dictionary<string, Func<Task<string>>> Questions(IReadOnlyList<HybridTimestamp> times)
    {
        var questions = new Dictionary<string, Func<Task<string>>>
        {
            ["namespaces"] = async () => string.Join(' ', await database!.KvService.ListNamespacesAsync(CallContext.Local, Workspace, null, 10, CancellationToken.None)),
        };
        foreach (var ns in Namespaces)
        {
            questions[$"list {ns}"] = async () => string.Join(
                ' ', (await database!.KvService.ListAsync(CallContext.Local, Workspace, ns, new KvListQuery { WithValues = true }, CancellationToken.None)).Entries
                    .Select(static entry => $"{entry.Key}#{entry.WriteId}={Encoding.UTF8.GetString(entry.Value.Span)}"));
            questions[$"deltas {ns}"] = () => DeltasAsync(ns);
            for (var i = 0; i < 5; i++)
            {
                var key = $"k{i}";
                questions[$"history {ns}/{key}"] = async () => string.Join(
                    ' ', (await database!.KvService.GetHistoryAsync(CallContext.Local, Workspace, ns, new KvHistoryQuery { Key = key }, CancellationToken.None)).Versions.Select(Show));
                questions[$"latest {ns}/{key}"] = () => GetAsync(ns, key, AsOf.Latest);
                questions[$"as of {ns}/{key}"] = () => GetAsync(ns, key, AsOf.At(times[11]));
            }
        }

        return questions;
    }

    /// <summary>The first fault that verification finds, or null.</summary>
    public async Task<string?> VerifyAsync() =>
        (await database!.Agents.VerifyAsync(CallContext.Local, Workspace, CancellationToken.None)).Select(static report => report.Fault).FirstOrDefault(static fault => fault is not null);

    public void Wait(Task task)
    {
        while (!task.IsCompleted)
        {
            if (!scheduler.RunOne())
            {
                time.Advance(TimeSpan.FromMilliseconds(5));
            }
        }

        task.GetAwaiter().GetResult();
    }

    private HybridTimestamp Put(string ns, string key, int i)
    {
        time.Advance(TimeSpan.FromMilliseconds(10));
        var json = Encoding.UTF8.GetBytes($"{{\"n\":{i},\"text\":\"{new string((char)('a' + (i % 26)), 20)}\"}}");
        var call = i % 7 == 0 ? CallContext.Local with { IdempotencyKey = $"key {i}" } : CallContext.Local;
        var put = database!.KvService.PutAsync(call, Workspace, ns, key, json, KvPutOptions.None, CancellationToken.None).AsTask();
        Wait(put);
        return put.Result.Receipt.SystemTime;
    }

    private async Task SealAsync()
    {
        foreach (var agent in database!.Directory.Agents)
        {
            while (await agent.MaintainAsync(new MaintenanceBudget { SealEverything = true, AllowMerges = false }, CancellationToken.None))
            {
                // Each turn seals one generation or lets one go.
            }
        }
    }

    private async Task<string> DeltasAsync(string ns)
    {
        var agent = database!.Directory.Get<IStorageAgent>(new AgentId(Workspace, AgentKind.Kv, ns, 0));
        var position = ChainPosition.Genesis(new AgentId(Workspace, AgentKind.Kv, ns, 0));
        var page = await agent.ReadDeltasAsync(0, Limits.DeltaPageMax, CancellationToken.None);
        foreach (var record in page.Records)
        {
            position = RootChain.Advance(position, DeltaRecord.Read(record));
        }

        return $"{position}";
    }

    private async Task<string> GetAsync(string ns, string key, AsOf asOf) =>
        (await database!.KvService.GetAsync(CallContext.Local, Workspace, ns, key, asOf, CancellationToken.None)).Version is { } version ? Show(version) : "nothing";

    private static string Show(KvVersion version) =>
        $"{version.WriteId}<{version.PreviousWriteId}@{version.SystemTime}={Encoding.UTF8.GetString(version.Value.Span)}/{version.DistinctionId}";
}
