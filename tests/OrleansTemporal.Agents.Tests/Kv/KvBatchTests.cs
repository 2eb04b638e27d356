using System.Collections.Immutable;
using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Errors;
using OrleansTemporal.Kv;
using static OrleansTemporal.Agents.Tests.Kv.KvTestCalls;

namespace OrleansTemporal.Agents.Tests.Kv;

public sealed class KvBatchTests
{
    [Fact]
    public async Task the_same_key_twice_in_one_batch_is_two_versions_in_one_delta()
    {
        await using var store = await HeldStore.OpenAsync();
        var result = (await store.BatchAsync([Put("k", "1"), Put("k", "2"), Delete("k"), Put("k", "3")])).Results.Single();
        for (var round = 0; round < 2; round++)
        {
            var history = await store.HistoryAsync("k");
            Assert.Equal(result.Outcomes.Select(static outcome => outcome.WriteId), history.Select(static version => version.WriteId));
            Assert.Equal(result.Outcomes.Select(static outcome => outcome.PreviousWriteId), history.Select(static version => version.PreviousWriteId));
            Assert.Equal([true, false, false, true], result.Outcomes.Select(static outcome => outcome.Created));
            Assert.All(history, version => Assert.Equal(result.Receipt.Sequence, version.Sequence));
            for (var i = 1; i < 4; i++)
            {
                Assert.Equal(history[i - 1].WriteId, history[i].PreviousWriteId);
            }

            Assert.Equal("3", await store.GetAsync("k"));
            Assert.Equal(new KvStats(1, 4, 3), await store.Agent(Namespace).GetStatsAsync(CancellationToken.None));
            await TestStore.SealAsync(store.Agent(Namespace));
            await store.ReopenAsync(clean: true);
        }
    }

    [Fact]
    public async Task a_batch_with_one_operation_that_does_not_hold_changes_nothing()
    {
        await using var store = await HeldStore.OpenAsync();
        var first = await store.PutAsync("a", "1");
        await RefusedAsync(ErrorCodes.KeyNotFound, () => store.BatchAsync([Put("a", "2"), Put("b", "2"), Delete("missing")]));
        await RefusedAsync(
            ErrorCodes.PreconditionFailed, () => store.BatchAsync([Put("b", "2"), Put("a", "2", first.Outcomes[0].WriteId), Put("a", "3", first.Outcomes[0].WriteId)]));
        await RefusedAsync(ErrorCodes.MalformedJson, () => store.BatchAsync([Put("b", "2"), Put("c", "{")]));
        Assert.Equal("1", await store.GetAsync("a"));
        Assert.Null(await store.GetAsync("b"));
        Assert.Equal(1, (await store.Agent(Namespace).GetStatusAsync(CancellationToken.None)).Sequence);
    }

    [Fact]
    public async Task ten_thousand_operations_are_one_delta_and_one_more_is_too_large()
    {
        await using var store = await HeldStore.OpenAsync();
        var most = Enumerable.Range(0, Limits.BatchCountMax).Select(static i => Put($"k{i:d5}", "1")).ToImmutableArray();
        var refusal = await RefusedAsync(ErrorCodes.BatchTooLarge, () => store.BatchAsync(most.Add(Put("k", "1"))));
        Assert.Equal(Limits.BatchCountMax, refusal.Limit);
        Assert.Equal(1, (await store.BatchAsync(most)).Results.Single().Receipt.Sequence);
        Assert.Equal(Limits.BatchCountMax, (await store.KeysAsync()).Length);
        await Assert.ThrowsAsync<TemporalException>(() => store.BatchAsync([]));
    }

    [Fact]
    public async Task a_value_of_one_mebibyte_is_stored_and_one_byte_more_is_too_large()
    {
        await using var store = await HeldStore.OpenAsync();
        var most = $"\"{new string('x', Limits.ValueBytesMax - 2)}\"";
        await store.PutAsync("k", most);
        Assert.Equal(most, await store.GetAsync("k"));
        var refusal = await RefusedAsync(ErrorCodes.ValueTooLarge, () => store.PutAsync("k", $"\"{new string('x', Limits.ValueBytesMax - 1)}\""));
        Assert.Equal(Limits.ValueBytesMax, refusal.Limit);
        await TestStore.SealAsync(store.Agent(Namespace));
        Assert.Equal(most, await store.GetAsync("k"));
    }

    [Theory]
    [InlineData('k', 1_024, true)]
    [InlineData('k', 1_025, false)]
    [InlineData('é', 512, true)]
    [InlineData('é', 513, false)]
    [InlineData('k', 0, false)]
    [InlineData('\uD800', 1, false)]
    public async Task a_key_has_one_to_1024_bytes_of_utf8(char letter, int count, bool isAccepted)
    {
        await using var store = await HeldStore.OpenAsync();
        var key = new string(letter, count);
        if (isAccepted)
        {
            await store.PutAsync(key, "1");
            Assert.Equal("1", await store.GetAsync(key));
        }
        else
        {
            await RefusedAsync(ErrorCodes.InvalidKey, () => store.PutAsync(key, "1"));
            await RefusedAsync(ErrorCodes.InvalidKey, () => store.GetAsync(key));
        }
    }

    [Fact]
    public async Task more_keys_than_one_page_scans_are_listed_with_a_cursor()
    {
        await using var store = await HeldStore.OpenAsync();
        var keys = Enumerable.Range(0, 15_000).Select(static i => $"k{i:d5}").ToArray();
        foreach (var part in keys.Chunk(5_000))
        {
            await store.BatchAsync([.. part.Select(static key => Put(key, "1"))]);
            await store.BatchAsync([.. part.Where(static key => key[^1] != '7').Select(Delete)]);
        }

        var page = await store.Kv.ListAsync(CallContext.Local, Workspace, Namespace, new KvListQuery { Limit = 10_000 }, CancellationToken.None);
        Assert.NotNull(page.Next);
        Assert.Equal(keys.Where(static key => key[^1] == '7'), await store.KeysAsync());
    }
}
