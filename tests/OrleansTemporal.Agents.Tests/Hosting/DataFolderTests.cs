using OrleansTemporal.Errors;
using OrleansTemporal.Hosting;

namespace OrleansTemporal.Agents.Tests.Hosting;

/// <summary>One folder on a real disk, opened with nothing but its name.</summary>
public sealed class DataFolderTests : IDisposable
{
    private readonly string folder = Path.Combine(Directory.CreateTempSubdirectory("ot-folder-").FullName, "data");

    [Fact]
    public async Task a_database_opens_with_a_path_alone_and_finds_everything_again()
    {
        await using (var database = await TemporalDatabase.OpenAsync(folder))
        {
            await database.Kv("users").PutAsync("alice", new Person("Alice", 1990));
            await database.Kv("users").PutAsync("alice", new Person("Alice", 1991));
        }

        await using var again = await TemporalDatabase.OpenAsync(folder);
        var users = again.Kv("users");
        Assert.Equal(new Person("Alice", 1991), await users.GetAsync<Person>("alice"));
        var history = (await users.GetHistoryAsync("alice")).Versions;
        Assert.Equal(2, history.Length);
        Assert.Equal(new Person("Alice", 1990), await users.GetAsync<Person>("alice", Causality.AsOf.At(history[1].SystemTime)));
        await users.DeleteAsync("alice");
        Assert.False(await users.ContainsAsync("alice"));
        Assert.Null(await users.GetAsync<Person>("alice"));
    }

    [Fact]
    public async Task a_folder_has_one_owner_at_a_time()
    {
        await using (await TemporalDatabase.OpenAsync(folder))
        {
            var refusal = await Assert.ThrowsAsync<TemporalException>(async () => await TemporalDatabase.OpenAsync(folder));
            Assert.Equal((ErrorKind.Conflict, ErrorCodes.FolderLocked), (refusal.Kind, refusal.Code));
        }

        await (await TemporalDatabase.OpenAsync(folder)).DisposeAsync();
    }

    [Fact]
    public async Task a_lock_file_that_nobody_holds_keeps_nobody_out()
    {
        // What a process that was killed leaves behind.
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, "lock"), "0000004711\nRUNNING");
        await using var database = await TemporalDatabase.OpenAsync(folder);
        Assert.True(database.IsReady);
    }

    [Theory]
    [InlineData("2\n", ErrorKind.Invalid, ErrorCodes.FormatTooNew)]
    [InlineData("1", ErrorKind.Corrupt, ErrorCodes.Corrupt)]
    [InlineData("one\n", ErrorKind.Corrupt, ErrorCodes.Corrupt)]
    [InlineData("", ErrorKind.Corrupt, ErrorCodes.Corrupt)]
    public async Task a_folder_of_another_format_is_refused_and_left_as_it_is(string format, ErrorKind kind, string code)
    {
        await using (var database = await TemporalDatabase.OpenAsync(folder))
        {
            await database.Kv("n").PutAsync("k", 1);
        }

        await File.WriteAllTextAsync(Path.Combine(folder, "format"), format);
        var before = Contents();
        var refusal = await Assert.ThrowsAsync<TemporalException>(async () => await TemporalDatabase.OpenAsync(folder));
        Assert.Equal((kind, code), (refusal.Kind, refusal.Code));
        Assert.Equal(before, Contents());
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(Path.GetDirectoryName(folder)!, recursive: true);

    private Dictionary<string, string> Contents() => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
        .Where(static path => Path.GetFileName(path) != "lock")
        .ToDictionary(static path => path, static path => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(path))));

    private sealed record Person(string Name, int Born);
}
