using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Local;
using OrleansTemporal.Storage.Memory;
using OrleansTemporal.Storage.Tests.Ports;

namespace OrleansTemporal.Storage.Tests.Local;

public sealed class LocalObjectStoreTests : IDisposable
{
    private readonly string folder = Path.Combine(Path.GetTempPath(), $"ot-objects-{Guid.NewGuid():n}");

    public static TheoryData<string> Cases => ObjectStoreCases.Names;

    public void Dispose() => new DirectoryInfo(Directory.CreateDirectory(folder).FullName).Delete(recursive: true);

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task objects_on_a_disk_are_objects(string name)
    {
        using var store = await OpenAsync();
        await ObjectStoreCases.RunAsync(name, store);
    }

    [Fact]
    public async Task an_object_appears_whole_at_its_commit()
    {
        using var store = await OpenAsync();
        await using var writer = await store.CreateAsync("a/b/c", default);
        await writer.WriteAsync(new byte[] { 1, 2, 3 }, default);
        await Assert.ThrowsAsync<TemporalException>(() => store.ReadAsync("a/b/c", 0, new byte[1], default).AsTask());
        await writer.WriteAsync(new byte[] { 4 }, default);
        Assert.True(await writer.CommitAsync(default));
        var read = new byte[9];
        Assert.Equal(3, await store.ReadAsync("a/b/c", 1, read, default));
        Assert.Equal([2, 3, 4], read[..3]);
        Assert.Equal(0, await store.ReadAsync("a/b/c", 4, read, default));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(folder, "tmp")));
    }

    [Fact]
    public async Task a_taken_path_is_not_written_again()
    {
        using var store = await OpenAsync();
        await PutAsync(store, "a", 1);
        Assert.False(await TryPutAsync(store, "a", 2));
        Assert.Equal([1], (await store.GetAsync("a", default))!.Content.ToArray());
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(folder, "tmp")));
    }

    [Fact]
    public async Task an_abandoned_object_leaves_nothing_behind()
    {
        using (var store = await OpenAsync())
        {
            await using (var writer = await store.CreateAsync("a", default))
                await writer.WriteAsync(new byte[5 << 20], default);
            Assert.Empty(Directory.EnumerateFiles(Path.Combine(folder, "tmp")));
        }

        await File.WriteAllTextAsync(Path.Combine(folder, "tmp", "leftover"), "x");
        using var reopened = await OpenAsync();
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(folder, "tmp")));
        Assert.Empty(await ObjectStoreCases.ListAsync(reopened, ""));
    }

    [Fact]
    public async Task open_files_are_bounded()
    {
        using var store = await LocalObjectStore.OpenAsync(new LocalFileSystem(folder), openFilesMax: 3);
        for (var i = 0; i < 10; i++)
            await PutAsync(store, $"o/{i}", (byte)i);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(seed => Task.Run(async () =>
        {
            var random = new Random(seed);
            var read = new byte[1];
            for (var i = 0; i < 500; i++)
            {
                var chosen = random.Next(10);
                Assert.Equal(1, await store.ReadAsync($"o/{chosen}", 0, read, default));
                Assert.Equal(chosen, read[0]);
            }
        })));
        var open = new DirectoryInfo("/proc/self/fd").EnumerateFiles().Count(file => file.LinkTarget?.StartsWith(folder, StringComparison.Ordinal) == true);
        Assert.InRange(open, 0, 3);
    }

    [Fact]
    public async Task a_large_object_is_flushed_in_steps()
    {
        var files = new MemoryFileSystem();
        using var store = await LocalObjectStore.OpenAsync(files);
        await using var writer = await store.CreateAsync("a", default);
        var before = files.OperationCount;
        await writer.WriteAsync(new byte[20 << 20], default);
        Assert.Equal(10, files.OperationCount - before);
    }

    /// <summary>A folder whose flush failed may lose the new name: what was seen in it is not taken for done before it is flushed.</summary>
    [Fact]
    public async Task a_name_whose_flush_failed_is_flushed_before_it_is_shown()
    {
        var plan = new FaultPlan(1);
        var files = new MemoryFileSystem(plan);
        using var store = await LocalObjectStore.OpenAsync(files);
        var tag = await store.PutIfMatchAsync("m", new byte[] { 1 }, null, default);
        plan.FailNext(FileOperation.FlushFolder, FileFault.ErrorBefore, "objects");
        var exception = await Assert.ThrowsAsync<TemporalException>(() => store.PutIfMatchAsync("m", new byte[] { 2 }, tag, default).AsTask());
        Assert.True(exception.OutcomeUnknown);
        var seen = await store.GetAsync("m", default);
        using var after = await LocalObjectStore.OpenAsync(new MemoryFileSystem(files.Crash()));
        Assert.Equal(seen!.Content.ToArray(), (await after.GetAsync("m", default))!.Content.ToArray());
    }

    /// <summary>The rename itself may fail and have happened: then too nobody knows what a power loss leaves.</summary>
    [Fact]
    public async Task a_name_whose_change_seemed_to_fail_is_flushed_before_it_is_shown()
    {
        for (var seed = 1; seed <= 20; seed++)
        {
            var plan = new FaultPlan(seed);
            var files = new MemoryFileSystem(plan);
            using var store = await LocalObjectStore.OpenAsync(files);
            plan.FailNext(FileOperation.Rename, FileFault.ErrorAfter);
            await Assert.ThrowsAsync<TemporalException>(() => store.PutIfMatchAsync("m", new byte[] { 1 }, null, default).AsTask());
            Assert.Null(await store.PutIfMatchAsync("m", new byte[] { 2 }, null, default));
            Assert.NotNull(await store.GetAsync("m", default));
            using var after = await LocalObjectStore.OpenAsync(new MemoryFileSystem(files.Crash()));
            Assert.Equal([1], (await after.GetAsync("m", default))?.Content.ToArray());
        }
    }

    /// <summary>A process that was killed between rename and flush leaves a name that the next one sees and a power loss can take.</summary>
    [Fact]
    public async Task a_name_that_a_killed_process_left_is_flushed_before_it_is_shown()
    {
        for (var seed = 1; seed <= 20; seed++)
        {
            var plan = new FaultPlan(seed);
            var killed = new MemoryFileSystem(plan);
            using var store = await LocalObjectStore.OpenAsync(killed);
            plan.FailNext(FileOperation.FlushFolder, FileFault.ErrorBefore);
            await Assert.ThrowsAsync<TemporalException>(() => store.PutIfMatchAsync("m", new byte[] { 1 }, null, default).AsTask());
            var files = killed.Restart(new FaultPlan(seed));
            using var next = await LocalObjectStore.OpenAsync(files);
            Assert.NotNull(await next.GetAsync("m", default));
            using var after = await LocalObjectStore.OpenAsync(new MemoryFileSystem(files.Crash()));
            Assert.Equal([1], (await after.GetAsync("m", default))?.Content.ToArray());
        }
    }

    private async Task<LocalObjectStore> OpenAsync() => await LocalObjectStore.OpenAsync(new LocalFileSystem(folder));

    private static async Task PutAsync(LocalObjectStore store, string path, byte content) => Assert.True(await TryPutAsync(store, path, content));

    private static Task<bool> TryPutAsync(LocalObjectStore store, string path, byte content) => ObjectStoreCases.PutAsync(store, path, content);
}
