using OrleansTemporal.Storage.Caching;
using OrleansTemporal.Storage.Memory;
using OrleansTemporal.Storage.Ports;
using OrleansTemporal.Storage.Runs;

namespace OrleansTemporal.Storage.Tests.Runs;

/// <summary>Writes and opens runs in a store.</summary>
internal sealed class TestRuns
{
    public TestRuns(IObjectStore store, long cacheBytes = 1 << 20)
    {
        Store = store;
        Cache = new(cacheBytes);
        Catalog = new(store, Cache, 8 << 20);
    }

    public IObjectStore Store { get; }

    public BlockCache Cache { get; }

    public RunCatalog Catalog { get; }

    public static TestRuns InMemory(long cacheBytes = 1 << 20) => new(new MemoryObjectStore(), cacheBytes);

    public async Task<RunReader> WriteAsync(RunOracle oracle, long first, long last, string path, RunOptions? options = null)
    {
        var run = await WriteRefAsync(oracle, first, last, path, options);
        return await Catalog.OpenAsync(run, default);
    }

    public async Task<RunRef> WriteRefAsync(RunOracle oracle, long first, long last, string path, RunOptions? options = null)
    {
        await using var writer = await Store.CreateAsync(path, default);
        var run = new RunWriter(writer, path, RunOracle.Agent, first, last, options);
        foreach (var (key, entry) in oracle.Entries.Where(item => item.Entry.Sequence >= first && item.Entry.Sequence <= last))
            await run.AddAsync(key, entry, default);
        var written = await run.FinishAsync(default);
        Assert.True(await writer.CommitAsync(default));
        return written;
    }

    public async Task<RunReader> MergeAsync(IReadOnlyList<RunReader> runs, string path, RunOptions? options = null)
    {
        await using var writer = await Store.CreateAsync(path, default);
        var merged = await RunMerger.MergeAsync(runs, writer, path, options, default);
        Assert.True(await writer.CommitAsync(default));
        return await Catalog.OpenAsync(merged, default);
    }
}
