using OrleansTemporal.Encryption;
using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Encryption;
using OrleansTemporal.Storage.Memory;
using OrleansTemporal.Storage.Ports;
using OrleansTemporal.Storage.Tests.Golden;

namespace OrleansTemporal.Storage.Tests.Encryption;

public class FileKeyStoreTests
{
    private const string Master = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    private const int CallsMax = 200;

    private static readonly DataKeyScope Scope = DataKeyScope.OfKey("w", "n", "a/b");

    [Fact]
    public async Task a_key_comes_back_as_it_was_made()
    {
        var files = new MemoryFileSystem();
        var store = Open(files);
        var made = await store.CreateAsync(Scope, 3, default);
        Assert.Equal(32, made.Material.Length);
        Assert.Null(await store.GetAsync(new DataKeyId(1), default));
        foreach (var read in new[] { (await store.GetAsync(made.Id, default))!, (await Open(new MemoryFileSystem(files.Crash())).ListAsync(static _ => false, default)).Single() })
        {
            Assert.Equal((made.Id, Scope, 3, made.CreatedAt, DataKeyState.Active), (read.Id, read.Scope, read.Number, read.CreatedAt, read.State));
            Assert.Equal(made.Material, read.Material);
        }
    }

    [Fact]
    public async Task a_key_is_retired_and_then_destroyed_for_good()
    {
        var files = new MemoryFileSystem();
        var store = Open(files);
        var made = await store.CreateAsync(Scope, 1, default);
        var other = await store.CreateAsync(Scope, 2, default);
        await store.RetireAsync(made.Id, default);
        Assert.Equal(DataKeyState.Retired, (await store.GetAsync(made.Id, default))!.State);
        var wrapped = files.Snapshot().Files[$"keys/{made.Id}.key"];
        await store.DestroyAsync(made.Id, default);
        await store.DestroyAsync(made.Id, default);
        var image = files.Crash();
        AssertNothingOf(image, made, wrapped);
        var next = Open(new MemoryFileSystem(image));
        Assert.Equal((DataKeyState.Destroyed, 0), ((await next.GetAsync(made.Id, default))!.State, (await next.GetAsync(made.Id, default))!.Material.Length));
        Assert.Equal(other.Material, (await next.GetAsync(other.Id, default))!.Material);
    }

    /// <summary>The power goes at every call of the store, whatever the disk keeps of what was not flushed.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task power_loss_at_any_call_leaves_the_key_or_nothing_of_it(int seed)
    {
        for (var call = 1; ; call++)
        {
            Assert.True(call < CallsMax, "The script never ends.");
            var files = new MemoryFileSystem(new FaultPlan(seed) { PowerLossAt = call });
            var store = Open(files, seed);
            var (made, step) = ((StoredDataKey?)null, 0);
            var wrapped = Array.Empty<byte>();
            try
            {
                made = await store.CreateAsync(Scope, 1, default);
                step = 1;
                wrapped = files.Snapshot().Files[$"keys/{made.Id}.key"];
                await store.RetireAsync(made.Id, default);
                step = 2;
                await store.DestroyAsync(made.Id, default);
                step = 3;
            }
            catch (TemporalException dead) when (dead.Kind == ErrorKind.Unavailable)
            {
                Assert.True(files.IsDead);
            }

            var next = new MemoryFileSystem(files.Crash());
            var found = (await Open(next).ListAsync(static _ => false, default)).SingleOrDefault();
            if (step is 1 or 2)
            {
                Assert.NotNull(found);
                Assert.True(found.State >= (step == 1 ? DataKeyState.Active : DataKeyState.Retired));
            }

            if (found is { State: not DataKeyState.Destroyed } && made is not null)
            {
                Assert.Equal(made.Material, found.Material);
            }

            if (step == 3 || found?.State == DataKeyState.Destroyed)
            {
                // What was half destroyed is destroyed by the listing.
                AssertNothingOf(next.Crash(), made!, wrapped);
            }

            if (step == 3)
            {
                Assert.Equal(DataKeyState.Destroyed, found!.State);
                Assert.True(call > 10);
                return;
            }
        }
    }

    [Fact]
    public async Task another_master_key_is_refused_and_nothing_is_changed()
    {
        var files = new MemoryFileSystem();
        await Open(files).CreateAsync(Scope, 1, default);
        var before = files.Snapshot().Files;
        var wrong = new FileKeyStore(files, MasterKey.Parse(Convert.ToBase64String(new byte[32]), "it"), TimeProvider.System, new Random(1).NextBytes, NobodyAsks);
        Assert.Equal(ErrorCodes.MasterKeyWrong, (await Assert.ThrowsAsync<TemporalException>(() => wrong.ListAsync(static _ => false, default).AsTask())).Code);
        var none = new FileKeyStore(files, null, TimeProvider.System, new Random(1).NextBytes, NobodyAsks);
        Assert.Equal(ErrorCodes.MasterKeyMissing, (await Assert.ThrowsAsync<TemporalException>(() => none.ListAsync(static _ => false, default).AsTask())).Code);
        Assert.Equal(before, files.Snapshot().Files);
    }

    [Fact]
    public async Task without_a_configured_master_key_the_folder_has_one_and_it_is_said()
    {
        var (files, told) = (new MemoryFileSystem(), 0);
        FileKeyStore Folder() => new(files, null, TimeProvider.System, new Random(1).NextBytes, () => told++);
        Assert.Empty(await Folder().ListAsync(static _ => false, default));
        Assert.Empty(files.Snapshot().Files);
        Assert.Equal(0, told);
        var made = await Folder().CreateAsync(Scope, 1, default);
        Assert.Equal(1, told);
        files = new MemoryFileSystem(files.Crash());
        Assert.Equal(made.Material, (await Folder().ListAsync(static _ => false, default)).Single().Material);
        Assert.Equal(2, told);
    }

    [Fact]
    public async Task a_damaged_file_is_a_key_that_can_not_be_used_and_the_others_can()
    {
        var files = new MemoryFileSystem();
        var (first, second) = (await Open(files).CreateAsync(Scope, 1, default), await Open(files, 2).CreateAsync(Scope, 2, default));
        var image = files.Crash();
        var bytes = image.Files[$"keys/{first.Id}.key"];
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            var damaged = image.Copy();
            damaged.Files[$"keys/{first.Id}.key"][bit / 8] ^= (byte)(1 << (bit % 8));
            var keys = await Open(new MemoryFileSystem(damaged)).ListAsync(static _ => false, default);
            Assert.Empty(keys.Single(key => key.Id == first.Id).Material);
            Assert.Equal(second.Material, keys.Single(key => key.Id == second.Id).Material);
        }

        for (var length = 0; length < bytes.Length; length++)
        {
            var cut = image.Copy();
            cut.Files[$"keys/{first.Id}.key"] = bytes[..length];
            Assert.Empty((await Open(new MemoryFileSystem(cut)).GetAsync(first.Id, default))!.Material);
        }
    }

    [Fact]
    public void data_key_version_1()
    {
        var random = new Random(1);
        var key = new StoredDataKey
        {
            Id = new DataKeyId(0x0123456789ABCDEF),
            State = DataKeyState.Active,
            Scope = Scope,
            Number = 2,
            CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(1_767_323_045_000),
            Material = [.. Enumerable.Range(100, 32).Select(static value => (byte)value)],
        };
        var master = MasterKey.Parse(Master, "it");
        var stored = GoldenFile.Check("data-key-v1", DataKeyFile.Encode(key, master, random.NextBytes));
        var (read, isUnwrapped) = DataKeyFile.Decode(stored, master, "k");
        Assert.True(isUnwrapped);
        Assert.Equal((key.Id, key.Scope, key.Number, key.CreatedAt), (read.Id, read.Scope, read.Number, read.CreatedAt));
        Assert.Equal(key.Material, read.Material);
    }

    [Theory]
    [InlineData("")]
    [InlineData("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHg==")]
    [InlineData("no base64 at all")]
    public void what_is_no_master_key_is_refused_in_words(string text) =>
        Assert.Contains("The option", Assert.Throws<ArgumentException>(() => MasterKey.Parse(text, "The option")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("w", "w", null, null)]
    [InlineData("w/kv/n", "w", "n", null)]
    [InlineData("w/kv/n/a/b", "w", "n", "a/b")]
    public void a_scope_reads_back_from_its_text(string text, string workspace, string? ns, string? key)
    {
        Assert.True(DataKeyScope.TryParse(text, out var scope));
        Assert.Equal((workspace, ns, key, text), (scope.Workspace, scope.Namespace, scope.Key, scope.ToString()));
        Assert.False(DataKeyScope.TryParse(text + "/kv/", out var other) && other == scope);
    }

    private static FileKeyStore Open(MemoryFileSystem files, int seed = 1) =>
        new(files, MasterKey.Parse(Master, "it"), TimeProvider.System, new Random(seed).NextBytes, NobodyAsks);

    private static void NobodyAsks() => Assert.Fail("A configured master key is not one that was made.");

    private static void AssertNothingOf(MemoryImage image, StoredDataKey key, byte[] wrapped)
    {
        var secret = wrapped.AsSpan(wrapped.Length - sizeof(uint) - MasterKey.WrappedBytes, MasterKey.WrappedBytes);
        foreach (var (path, bytes) in image.Files)
        {
            Assert.True(bytes.AsSpan().IndexOf(key.Material) < 0, path);
            Assert.True(bytes.AsSpan().IndexOf(secret[12..44]) < 0, path);
        }
    }
}
