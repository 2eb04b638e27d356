using System.Collections.Immutable;
using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Encryption;
using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Encryption;
using OrleansTemporal.Storage.Hosting;
using OrleansTemporal.Storage.Memory;
using OrleansTemporal.Testing;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Agents.Tests.Encryption;

/// <summary>Two processes with one key store: each hears of what the other has done before it would matter.</summary>
public sealed class SharedKeysTests
{
    private static readonly DataKeyScope Scope = DataKeyScope.OfNamespace("w", "n");
    private static readonly TimeSpan Lease = FacadeLease.LifetimeDefault;

    private readonly ManualTime time = new();
    private readonly MemoryObjectStore objects = new();

    [Fact]
    public async Task a_key_that_another_process_has_made_is_known_once_it_is_named()
    {
        var (here, there) = (await OpenAsync(1), await OpenAsync(2));
        var made = await there.RotateAsync(Scope, default);
        Assert.True(here.MustRead(made.Id));
        Assert.Throws<TemporalException>(() => here.Find(made.Id));
        await here.CatchUpAsync(default);
        Assert.False(here.MustRead(made.Id));
        Assert.Equal(made.Id, here.Find(made.Id)!.Id);
        Assert.Equal(made.Id, (await here.NewestAsync(Scope, default)).Id);
    }

    [Fact]
    public async Task a_rotation_elsewhere_is_followed_within_the_lease()
    {
        var (here, there) = (await OpenAsync(1), await OpenAsync(2));
        var first = (await here.NewestAsync(Scope, default)).Id;
        var second = (await there.RotateAsync(Scope, default)).Id;
        Assert.Equal(first, (await here.NewestAsync(Scope, default)).Id);
        time.Advance(Lease);
        Assert.Equal(second, (await here.NewestAsync(Scope, default)).Id);
        Assert.Equal([1, 2], (await ((IDataKeys)here).ListAsync("w", default)).Select(static key => key.Number));
    }

    [Fact]
    public async Task whoever_retires_a_key_waits_until_nobody_stages_under_it()
    {
        var (here, there) = (await OpenAsync(1), await OpenAsync(2));
        var key = await here.NewestAsync(Scope, default);
        var retiring = ((IDataKeys)there).RetireAsync([key.Id], default).AsTask();
        await Eventually.HoldsAsync("the mark is there", async () => (await objects.GetAsync($"{ObjectKeyStore.Prefix}{key.Id}.retired", default)) is not null);
        Assert.False(retiring.IsCompleted);
        Assert.True(key.IsActive && !here.IsStale);
        time.Advance(Lease);
        await retiring;
        Assert.True(here.IsStale);
        Assert.NotEqual(key.Id, (await here.NewestAsync(Scope, default)).Id);
        Assert.False(key.IsActive);
    }

    [Fact]
    public async Task a_key_that_was_destroyed_elsewhere_is_forgotten_by_housekeeping()
    {
        var (here, there) = (await OpenAsync(1), await OpenAsync(2));
        var key = await here.NewestAsync(Scope, default);
        await ((IDataKeys)there).DestroyAsync(ImmutableArray.Create(key.Id), default);
        await here.ForgetDestroyedAsync(default);
        Assert.Same(key, here.Find(key.Id));
        time.Advance(Lease * 10);
        await here.ForgetDestroyedAsync(default);
        Assert.Null(here.Find(key.Id));
        Assert.Equal(DataKeyState.Destroyed, key.State);
    }

    [Fact]
    public async Task both_make_the_first_key_of_a_scope_at_once_and_agree_on_one_later()
    {
        var (here, there) = (await OpenAsync(1), await OpenAsync(2));
        var (mine, theirs) = (await here.NewestAsync(Scope, default), await there.NewestAsync(Scope, default));
        Assert.NotEqual(mine.Id, theirs.Id);
        time.Advance(Lease);
        Assert.Equal((await here.NewestAsync(Scope, default)).Id, (await there.NewestAsync(Scope, default)).Id);
    }

    [Fact]
    public async Task a_process_that_is_alone_never_asks_again()
    {
        var alone = await OpenAsync(1, FacadeLease.Forever);
        var other = await (await OpenAsync(2)).RotateAsync(Scope, default);
        time.Advance(TimeSpan.FromDays(1));
        await alone.CatchUpAsync(default);
        Assert.False(alone.IsStale || alone.MustRead(other.Id));
        Assert.Null(alone.TryFind(other.Id));
    }

    private async Task<DataKeyRing> OpenAsync(int seed, FacadeLease? lease = null)
    {
        var master = MasterKey.Parse(Convert.ToBase64String(new byte[32]), "it");
        var store = new ObjectKeyStore(objects, master, time, new SeededSalts(seed).Fill);
        return await DataKeyRing.OpenAsync(
            store, new SeededSalts(seed + 10), new ThreadPoolWorkScheduler(), Limits.ValuesPerDataKeyMax, lease ?? new FacadeLease(time, Lease), default);
    }
}
