using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Memory;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Tests.Memory;

/// <summary>The disk of the simulations behaves as a real one may at its worst.</summary>
public class MemoryFileSystemTests
{
    private const int Seeds = 200;

    [Fact]
    public async Task flushed_bytes_under_a_flushed_name_survive_a_crash()
    {
        for (var seed = 0; seed < Seeds; seed++)
        {
            var files = new MemoryFileSystem(new FaultPlan(seed));
            var file = await MakeAsync(files, "a/b", 10_000);
            await file.FlushAsync(default);
            await files.FlushFolderAsync("a", default);
            await file.WriteAsync(10_000, new byte[100], default);
            Assert.Equal(Pattern(10_000), files.Crash().Files["a/b"][..10_000]);
        }
    }

    [Fact]
    public async Task unflushed_bytes_survive_whole_torn_or_not_at_all()
    {
        var lengths = new HashSet<int>();
        var isTornInTheMiddle = false;
        for (var seed = 0; seed < Seeds; seed++)
        {
            var files = new MemoryFileSystem(new FaultPlan(seed));
            var file = await MakeAsync(files, "a", 0);
            await files.FlushFolderAsync("", default);
            await file.WriteAsync(0, Pattern(2_048), default);
            var left = files.Crash().Files["a"];
            lengths.Add(left.Length);
            for (var sector = 0; sector + 512 <= left.Length; sector += 512)
            {
                var bytes = left[sector..(sector + 512)];
                var isZero = bytes.All(value => value == 0);
                Assert.True(isZero || bytes.AsSpan().SequenceEqual(Pattern(2_048).AsSpan(sector, 512)));
                isTornInTheMiddle |= isZero;
            }
        }

        Assert.Superset(new HashSet<int> { 0, 512, 1_024, 2_048 }, lengths);
        Assert.True(isTornInTheMiddle);
    }

    [Fact]
    public async Task unflushed_names_survive_or_not()
    {
        var made = new HashSet<bool>();
        var renamed = new HashSet<string>();
        var deleted = new HashSet<bool>();
        for (var seed = 0; seed < Seeds; seed++)
        {
            var files = new MemoryFileSystem(new FaultPlan(seed));
            foreach (var path in new[] { "old", "dead" })
                await MakeAsync(files, path, 0);
            await files.FlushFolderAsync("", default);
            await files.RenameAsync("old", "young", replace: false, default);
            await files.DeleteAsync("dead", default);
            await MakeAsync(files, "new", 0);
            var image = files.Crash();
            made.Add(image.Files.ContainsKey("new"));
            deleted.Add(image.Files.ContainsKey("dead"));
            renamed.Add(string.Join(',', image.Files.Keys.Where(path => path is "old" or "young")));
        }

        Assert.Equal(2, made.Count);
        Assert.Equal(2, deleted.Count);
        Assert.Equal(["old", "young"], renamed.Order());
    }

    [Fact]
    public async Task everything_is_dead_after_the_crash()
    {
        var files = new MemoryFileSystem();
        var file = await MakeAsync(files, "a", 10);
        files.Crash();
        await Assert.ThrowsAsync<TemporalException>(async () => await file.WriteAsync(0, new byte[1], default));
        await Assert.ThrowsAsync<TemporalException>(async () => await file.ReadAsync(0, new byte[1], default));
        await Assert.ThrowsAsync<TemporalException>(async () => await files.OpenAsync("a", create: false, default));
    }

    [Fact]
    public async Task process_that_dies_leaves_everything_it_wrote()
    {
        var files = new MemoryFileSystem();
        await MakeAsync(files, "a", 10);
        Assert.Equal(Pattern(10), files.Snapshot().Files["a"]);
    }

    [Fact]
    public async Task error_before_has_no_effect_and_error_after_has_it()
    {
        foreach (var (fault, expected) in new[] { (FileFault.ErrorBefore, 0), (FileFault.ErrorAfter, 10), (FileFault.DiskFull, 0) })
        {
            var plan = new FaultPlan(1);
            plan.FailNext(FileOperation.Write, fault);
            var files = new MemoryFileSystem(plan);
            var file = (await files.OpenAsync("a", create: true, default))!;
            var failure = await Assert.ThrowsAsync<TemporalException>(async () => await file.WriteAsync(0, Pattern(10), default));
            Assert.Equal((ErrorKind.Unavailable, ErrorCodes.StorageFailed), (failure.Kind, failure.Code));
            Assert.Equal(expected, file.Length);
        }
    }

    [Fact]
    public async Task disk_is_full_at_its_capacity()
    {
        var files = new MemoryFileSystem(new FaultPlan(1) { CapacityBytes = 1_000 });
        var file = await MakeAsync(files, "a", 900);
        await Assert.ThrowsAsync<TemporalException>(async () => await file.WriteAsync(900, new byte[200], default));
        await file.WriteAsync(800, new byte[200], default);
        await files.DeleteAsync("a", default);
        await MakeAsync(files, "b", 1_000);
    }

    [Fact]
    public async Task delayed_call_completes_through_the_scheduler()
    {
        var work = new QueueWorkScheduler();
        var files = new MemoryFileSystem(new FaultPlan(1) { DelayChance = 1 }, work);
        var opening = files.OpenAsync("a", create: true, default).AsTask();
        Assert.False(opening.IsCompleted);
        work.RunUntil(opening);
        Assert.NotNull(await opening);
    }

    [Fact]
    public async Task same_seed_crashes_the_same_way()
    {
        var images = new List<byte[]>();
        for (var run = 0; run < 2; run++)
        {
            var files = new MemoryFileSystem(new FaultPlan(9));
            var file = await MakeAsync(files, "a", 0);
            await files.FlushFolderAsync("", default);
            for (var i = 0; i < 20; i++)
                await file.WriteAsync(i * 700, Pattern(1_000), default);
            images.Add(files.Crash().Files["a"]);
        }

        Assert.Equal(images[0], images[1]);
    }

    private static byte[] Pattern(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)((i % 251) + 1))];

    private static async Task<IDataFile> MakeAsync(MemoryFileSystem files, string path, int length)
    {
        var file = (await files.OpenAsync(path, create: true, default))!;
        await file.WriteAsync(0, Pattern(length), default);
        return file;
    }
}
