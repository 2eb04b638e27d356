using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Local;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Tests.Local;

public sealed class LocalFileSystemTests : IDisposable
{
    private readonly DirectoryInfo root = Directory.CreateTempSubdirectory("ot-files");
    private readonly LocalFileSystem files;

    public LocalFileSystemTests() => files = new LocalFileSystem(Path.Combine(root.FullName, "a", "b"));

    public void Dispose() => root.Delete(recursive: true);

    [Fact]
    public async Task bytes_are_read_back_where_they_were_written()
    {
        using var file = await MakeAsync("x/y/z", []);
        await file.WriteAsync(5_000, new byte[] { 1, 2, 3 }, default);
        await file.FlushAsync(default);
        Assert.Equal(5_003, file.Length);
        var buffer = new byte[10];
        Assert.Equal(3, await file.ReadAsync(5_000, buffer, default));
        Assert.Equal(new byte[] { 1, 2, 3 }, buffer[..3]);
        Assert.Equal(0, await file.ReadAsync(9_000, buffer, default));
        await file.SetLengthAsync(4, default);
        Assert.Equal(4, file.Length);
    }

    [Fact]
    public async Task blocks_past_the_page_cache_and_through_it_are_one_file()
    {
        const int blocks = 16;
        var expected = new byte[blocks * DirectWrites.BlockBytes];
        using var file = await MakeAsync("mixed", expected);
        var random = new Random(5);
        var actual = new byte[expected.Length + DirectWrites.BlockBytes];
        for (var i = 0; i < 500; i++)
        {
            // Whole blocks and pieces of them, up to more than goes directly, from memory that is not aligned.
            var unit = random.Next(3) == 0 ? 1 : DirectWrites.BlockBytes;
            var offset = random.Next(expected.Length / unit) * unit;
            var length = Math.Min(unit * (unit == 1 ? random.Next(1, 9_000) : random.Next(1, 7)), expected.Length - offset);
            var bytes = new byte[length + 3];
            random.NextBytes(bytes);
            await file.WriteAsync(offset, bytes.AsMemory(3), default);
            bytes.AsSpan(3).CopyTo(expected.AsSpan(offset));
            if (random.Next(4) == 0)
            {
                await file.FlushAsync(default);
            }

            Assert.Equal(expected.Length, await file.ReadAsync(0, actual, default));
            Assert.Equal(expected, actual[..expected.Length]);
        }

        // What was cut off is no longer there to be written over.
        await file.SetLengthAsync(DirectWrites.BlockBytes, default);
        await file.WriteAsync(2 * DirectWrites.BlockBytes, new byte[DirectWrites.BlockBytes], default);
        Assert.Equal(3 * DirectWrites.BlockBytes, file.Length);
    }

    [Fact]
    public void direct_writes_overwrite_whole_blocks()
    {
        var path = Path.Combine(root.FullName, "direct");
        File.WriteAllBytes(path, new byte[3 * DirectWrites.BlockBytes]);
        using var direct = DirectWrites.TryOpen(path);
        if (direct is null)
        {
            // A system, or a file system such as tmpfs once was, without them.
            return;
        }

        var block = new byte[DirectWrites.BlockBytes];
        block.AsSpan().Fill(7);
        Assert.True(direct.TryWrite(DirectWrites.BlockBytes, block));
        Assert.Equal([.. new byte[DirectWrites.BlockBytes], .. block, .. new byte[DirectWrites.BlockBytes]], File.ReadAllBytes(path));
        Assert.False(direct.TryWrite(1, block.AsSpan(0, 100)));
        Assert.False(direct.TryWrite(0, block));
    }

    [Fact]
    public async Task absent_file_is_null_and_is_made_only_when_asked()
    {
        Assert.Null(await files.OpenAsync("none", create: false, default));
        Assert.Null(await files.OpenAsync("no/folder/none", create: false, default));
        Assert.Empty(await files.ListAsync("", recursive: true, default));
        Assert.Empty(await files.ListAsync("nowhere", recursive: true, default));
        await files.DeleteAsync("no/folder/none", default);
    }

    [Fact]
    public async Task listing_names_the_whole_path_in_ordinal_order()
    {
        foreach (var path in new[] { "b/2", "b/10", "b/c/1", "a" })
            (await MakeAsync(path, new byte[path.Length])).Dispose();
        Assert.Equal([new ObjectInfo("b/10", 4), new ObjectInfo("b/2", 3)], await files.ListAsync("b", recursive: false, default));
        Assert.Equal(["a", "b/10", "b/2", "b/c/1"], (await files.ListAsync("", recursive: true, default)).Select(info => info.Path));
    }

    [Fact]
    public async Task rename_replaces_only_when_asked()
    {
        (await MakeAsync("one", [1])).Dispose();
        (await MakeAsync("two", [2])).Dispose();
        var refusal = await Assert.ThrowsAsync<TemporalException>(async () => await files.RenameAsync("one", "two", replace: false, default));
        Assert.Equal(ErrorKind.Conflict, refusal.Kind);
        await files.RenameAsync("one", "two", replace: true, default);
        await files.RenameAsync("two", "new/folder/three", replace: false, default);
        await files.FlushFolderAsync("new/folder", default);
        Assert.Equal(["new/folder/three"], (await files.ListAsync("", recursive: true, default)).Select(info => info.Path));
        var missing = await Assert.ThrowsAsync<TemporalException>(async () => await files.RenameAsync("one", "four", replace: false, default));
        Assert.Equal(ErrorKind.Unavailable, missing.Kind);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/etc/passwd")]
    [InlineData("..")]
    [InlineData("a/../../b")]
    [InlineData("a//b")]
    [InlineData("a/./b")]
    [InlineData("a/")]
    [InlineData("a\\b")]
    [InlineData("a\0b")]
    public async Task path_that_could_leave_the_folder_is_refused(string path)
    {
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await files.OpenAsync(path, create: true, default));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await files.DeleteAsync(path, default));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await files.RenameAsync("a", path, replace: true, default));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await files.RenameAsync(path, "a", replace: true, default));
        if (path.Length > 0)
        {
            await Assert.ThrowsAnyAsync<ArgumentException>(async () => await files.ListAsync(path, recursive: true, default));
            await Assert.ThrowsAnyAsync<ArgumentException>(async () => await files.FlushFolderAsync(path, default));
        }
    }

    [Fact]
    public async Task what_the_disk_refuses_is_unavailable()
    {
        (await MakeAsync("file", [1])).Dispose();
        var refusal = await Assert.ThrowsAsync<TemporalException>(async () => await files.OpenAsync("file/below", create: true, default));
        Assert.Equal((ErrorKind.Unavailable, ErrorCodes.StorageFailed), (refusal.Kind, refusal.Code));
    }

    [Fact]
    public async Task full_disk_is_unavailable_and_says_so()
    {
        if (!File.Exists("/dev/full"))
            return;

        // The device that is always full stands for one that has become so.
        using var handle = File.OpenHandle("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        using var file = new LocalDataFile(handle, "full", "full");
        var refusal = await Assert.ThrowsAsync<TemporalException>(async () => await file.WriteAsync(0, new byte[] { 1 }, default));
        Assert.Equal((ErrorKind.Unavailable, ErrorCodes.StorageFailed), (refusal.Kind, refusal.Code));
        Assert.Contains("full", refusal.Message, StringComparison.Ordinal);
    }

    private async Task<IDataFile> MakeAsync(string path, byte[] content)
    {
        var file = (await files.OpenAsync(path, create: true, default))!;
        await file.WriteAsync(0, content, default);
        return file;
    }
}
