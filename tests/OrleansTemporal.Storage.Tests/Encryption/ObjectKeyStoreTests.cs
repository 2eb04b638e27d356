using OrleansTemporal.Encryption;
using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Encryption;
using OrleansTemporal.Storage.Memory;

namespace OrleansTemporal.Storage.Tests.Encryption;

public class ObjectKeyStoreTests
{
    private const string Master = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    private static readonly DataKeyScope Scope = DataKeyScope.OfKey("w", "n", "a/b");

    [Fact]
    public async Task a_key_comes_back_as_it_was_made()
    {
        var objects = new MemoryObjectStore();
        var made = await Open(objects).CreateAsync(Scope, 3, default);
        Assert.Equal(32, made.Material.Length);
        Assert.Null(await Open(objects).GetAsync(new DataKeyId(1), default));
        foreach (var read in new[] { (await Open(objects).GetAsync(made.Id, default))!, (await Open(objects).ListAsync(static _ => false, default)).Single() })
        {
            Assert.Equal((made.Id, Scope, 3, made.CreatedAt, DataKeyState.Active), (read.Id, read.Scope, read.Number, read.CreatedAt, read.State));
            Assert.Equal(made.Material, read.Material);
        }
    }

    [Fact]
    public async Task a_key_is_retired_and_then_destroyed_for_good()
    {
        var objects = new MemoryObjectStore();
        var store = Open(objects);
        var (made, other) = (await store.CreateAsync(Scope, 1, default), await store.CreateAsync(Scope, 2, default));
        await store.RetireAsync(made.Id, default);
        await store.RetireAsync(made.Id, default);
        Assert.Equal(DataKeyState.Retired, (await Open(objects).GetAsync(made.Id, default))!.State);
        await store.DestroyAsync(made.Id, default);
        await store.DestroyAsync(made.Id, default);
        Assert.Equal([$"_system/keys/{other.Id}.key", $"_system/keys/{made.Id}.gone"], [.. (await PathsAsync(objects)).OrderByDescending(path => path.EndsWith(".key", StringComparison.Ordinal))]);
        var states = (await Open(objects).ListAsync(static _ => false, default)).ToDictionary(static key => key.Id, static key => key.State);
        Assert.Equal((DataKeyState.Destroyed, DataKeyState.Active), (states[made.Id], states[other.Id]));
    }

    /// <summary>A process that died behind the mark of destruction is followed by one that goes on.</summary>
    [Fact]
    public async Task what_was_half_destroyed_is_destroyed_by_the_next_listing()
    {
        var objects = new MemoryObjectStore();
        var made = await Open(objects).CreateAsync(Scope, 1, default);
        objects.Faults = static (operation, _) => operation == ObjectOperation.Delete ? ObjectFault.Before : ObjectFault.None;
        await Assert.ThrowsAsync<TemporalException>(() => Open(objects).DestroyAsync(made.Id, default).AsTask());
        Assert.Equal(DataKeyState.Destroyed, (await Open(objects).GetAsync(made.Id, default))!.State);
        objects.Faults = null;
        Assert.Equal(DataKeyState.Destroyed, (await Open(objects).ListAsync(static _ => false, default)).Single().State);
        Assert.Equal([$"_system/keys/{made.Id}.gone"], await PathsAsync(objects));
    }

    [Fact]
    public async Task a_wrong_or_missing_master_key_is_refused_and_none_is_ever_made()
    {
        var objects = new MemoryObjectStore();
        Assert.Equal(ErrorCodes.MasterKeyMissing, (await Assert.ThrowsAsync<TemporalException>(() => Open(objects, null).CreateAsync(Scope, 1, default).AsTask())).Code);
        Assert.Empty(await Open(objects, null).ListAsync(static _ => false, default));
        await Open(objects).CreateAsync(Scope, 1, default);
        var wrong = Open(objects, Convert.ToBase64String(new byte[32]));
        Assert.Equal(ErrorCodes.MasterKeyWrong, (await Assert.ThrowsAsync<TemporalException>(() => wrong.ListAsync(static _ => false, default).AsTask())).Code);
        Assert.Equal(ErrorCodes.MasterKeyMissing, (await Assert.ThrowsAsync<TemporalException>(() => Open(objects, null).ListAsync(static _ => false, default).AsTask())).Code);
        Assert.Single(await PathsAsync(objects));
    }

    [Fact]
    public async Task a_damaged_object_is_a_key_that_can_not_be_used()
    {
        var objects = new MemoryObjectStore();
        var made = await Open(objects).CreateAsync(Scope, 1, default);
        var path = $"_system/keys/{made.Id}.key";
        var stored = (await objects.GetAsync(path, default))!;
        var bytes = stored.Content.ToArray();
        bytes[^1] ^= 1;
        Assert.NotNull(await objects.PutIfMatchAsync(path, bytes, stored.Tag, default));
        var read = (await Open(objects).ListAsync(static _ => false, default)).Single();
        Assert.Equal((made.Id, 0, (DataKeyScope?)null), (read.Id, read.Material.Length, read.Scope));
    }

    private static ObjectKeyStore Open(MemoryObjectStore objects, string? master = Master) =>
        new(objects, master is null ? null : MasterKey.Parse(master, "it"), TimeProvider.System, Random.Shared.NextBytes);

    private static async Task<List<string>> PathsAsync(MemoryObjectStore objects)
    {
        var paths = new List<string>();
        await foreach (var found in objects.ListAsync("", default))
            paths.Add(found.Path);
        return paths;
    }
}
