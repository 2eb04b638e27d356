using Microsoft.Extensions.Logging.Abstractions;
using OrleansTemporal.Agents;
using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Hosting;
using OrleansTemporal.Storage.Journal;
using OrleansTemporal.Storage.Local;
using OrleansTemporal.Storage.Memory;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Agents.Tests.Stores;

/// <summary>A database over the real journal and the real object store, on a disk in memory that loses what was not flushed.</summary>
internal sealed class DiskStore : TestStore
{
    private readonly int seed;
    private readonly JournalOptions journalOptions;

    private DiskStore(int seed, AgentOptions options, JournalOptions journalOptions)
        : base(new ManualTime(), options)
    {
        this.seed = seed;
        this.journalOptions = journalOptions;
        Files = new MemoryFileSystem(new FaultPlan(seed));
    }

    public MemoryFileSystem Files { get; private set; }

    public override MemoryFileSystem KeyFiles => Files;

    public static async ValueTask<DiskStore> OpenAsync(int seed, AgentOptions? options = null, JournalOptions? journalOptions = null, long valuesPerDataKeyMax = Limits.ValuesPerDataKeyMax)
    {
        var store = new DiskStore(seed, options ?? new AgentOptions(), journalOptions ?? new JournalOptions()) { ValuesPerDataKeyMax = valuesPerDataKeyMax };
        await store.StartAsync();
        return store;
    }

    public override async ValueTask LeaveAsync(bool clean)
    {
        if (clean)
        {
            await Database.DisposeAsync();
        }

        // Whoever closed in good order may lose the power right after, too.
        var image = Files.Crash();
        if (!clean)
        {
            try
            {
                // Nothing of the dead process reaches the disk any more; its threads have to go all the same.
                await Database.DisposeAsync();
            }
            catch (TemporalException gone) when (gone.Kind == ErrorKind.Unavailable)
            {
                Assert.True(Files.IsDead);
            }
        }

        Files = new MemoryFileSystem(image, new FaultPlan(seed));
    }

    protected override async ValueTask<(ICausalLogs Logs, IObjectStore Objects, IWorkScheduler Scheduler, IReadOnlyList<object> Owned)> OpenPortsAsync(int life)
    {
        var scheduler = new ThreadPoolWorkScheduler();
        var objects = await LocalObjectStore.OpenAsync(Files, cancellationToken: CancellationToken.None);
        var journal = await SharedJournal.OpenAsync(
            Files, scheduler, Time, new SeededSalts(seed * 1_000 + life).Fill, journalOptions, NullLogger<SharedJournal>.Instance, CancellationToken.None);
        return (journal, objects, scheduler, [journal, objects]);
    }
}
