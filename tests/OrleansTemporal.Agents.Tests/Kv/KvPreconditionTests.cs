using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Kv;
using static OrleansTemporal.Agents.Tests.Kv.KvTestCalls;

namespace OrleansTemporal.Agents.Tests.Kv;

public sealed class KvPreconditionTests
{
    private static readonly KvPutOptions IfAbsent = new() { IfAbsent = true };
    private static readonly KvPutOptions IfPresent = new() { IfPresent = true };

    [Fact]
    public async Task first_write_creates_and_later_ones_do_not_until_the_key_is_deleted()
    {
        await using var store = await HeldStore.OpenAsync();
        var first = (await store.PutAsync("k", "1")).Outcomes[0];
        var second = (await store.PutAsync("k", "2")).Outcomes[0];
        var deleted = (await store.DeleteAsync("k")).Outcomes[0];
        var third = (await store.PutAsync("k", "3")).Outcomes[0];
        Assert.Equal((true, false, false, true), (first.Created, second.Created, deleted.Created, third.Created));
        Assert.Equal(
            (WriteId.None, first.WriteId, second.WriteId, deleted.WriteId),
            (first.PreviousWriteId, second.PreviousWriteId, deleted.PreviousWriteId, third.PreviousWriteId));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task if_match_is_held_against_the_live_version_also_when_it_was_sealed(bool isSealed)
    {
        await using var store = await HeldStore.OpenAsync(new AgentOptions { MemoryBytesMax = 0 });
        var first = (await store.PutAsync("k", "1")).Outcomes[0].WriteId;
        var second = (await store.PutAsync("k", "2")).Outcomes[0].WriteId;
        await SealWhenAsync(isSealed, store);

        var refusal = await RefusedAsync(ErrorCodes.PreconditionFailed, () => store.PutAsync("k", "3", new KvPutOptions { IfMatch = first }));
        Assert.Equal(second.ToString(), refusal.CurrentETag);
        await store.PutAsync("k", "3", new KvPutOptions { IfMatch = second });
        Assert.Equal("3", await store.GetAsync("k"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task if_absent_refuses_a_live_key_and_accepts_a_deleted_one(bool isSealed)
    {
        await using var store = await HeldStore.OpenAsync(new AgentOptions { MemoryBytesMax = 0 });
        await store.PutAsync("k", "1", IfAbsent);
        await SealWhenAsync(isSealed, store);
        await RefusedAsync(ErrorCodes.PreconditionFailed, () => store.PutAsync("k", "2", IfAbsent));
        await store.DeleteAsync("k");
        await SealWhenAsync(isSealed, store);
        Assert.True((await store.PutAsync("k", "3", IfAbsent)).Outcomes[0].Created);
    }

    [Fact]
    public async Task if_present_refuses_an_absent_key()
    {
        await using var store = await HeldStore.OpenAsync();
        var refusal = await RefusedAsync(ErrorCodes.PreconditionFailed, () => store.PutAsync("k", "1", IfPresent));
        Assert.Null(refusal.CurrentETag);
        await store.PutAsync("k", "1");
        await store.PutAsync("k", "2", IfPresent);
        Assert.Equal("2", await store.GetAsync("k"));
    }

    [Fact]
    public async Task delete_of_a_key_without_a_live_value_is_not_found()
    {
        await using var store = await HeldStore.OpenAsync();
        await RefusedAsync(ErrorCodes.KeyNotFound, () => store.DeleteAsync("k"));
        await store.PutAsync("k", "1");
        await store.DeleteAsync("k");
        await RefusedAsync(ErrorCodes.KeyNotFound, () => store.DeleteAsync("k"));
        Assert.Equal(2, (await store.HistoryAsync("k")).Length);
    }

    [Fact]
    public async Task a_refused_write_gives_its_room_in_the_log_back()
    {
        await using var store = await HeldStore.OpenAsync();
        await store.PutAsync("k", "1");
        var before = store.Logs.ReservedBytes;
        await RefusedAsync(ErrorCodes.PreconditionFailed, () => store.PutAsync("k", "2", IfAbsent));
        await RefusedAsync(ErrorCodes.KeyNotFound, () => store.DeleteAsync("other"));
        Assert.Equal(before, store.Logs.ReservedBytes);
    }

    [Fact]
    public async Task keys_with_colons_and_slashes_are_keys_of_their_own()
    {
        await using var store = await HeldStore.OpenAsync(new AgentOptions { MemoryBytesMax = 0 });
        string[] keys = ["a", "a%2Fb", "a/", "a/b", "a:", "a:b", "a:b:c", "a:b:c/d"];
        foreach (var key in keys)
        {
            await store.PutAsync(key, $"\"{key}\"");
        }

        for (var round = 0; round < 2; round++)
        {
            foreach (var key in keys)
            {
                Assert.Equal($"\"{key}\"", await store.GetAsync(key));
                Assert.Single(await store.HistoryAsync(key));
            }

            Assert.Equal(keys, await store.KeysAsync());
            await TestStore.SealAsync(store.Agent(Namespace));
        }
    }

    private static async Task SealWhenAsync(bool isSealed, TestStore store)
    {
        if (isSealed)
        {
            await TestStore.SealAsync(store.Agent(Namespace));
            Assert.Equal(0, store.Services.Memory.Bytes);
        }
    }
}
