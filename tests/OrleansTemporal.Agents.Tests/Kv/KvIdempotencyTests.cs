using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Errors;
using OrleansTemporal.Kv;
using static OrleansTemporal.Agents.Tests.Kv.KvTestCalls;

namespace OrleansTemporal.Agents.Tests.Kv;

public sealed class KvIdempotencyTests
{
    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task a_repeated_write_gets_its_first_answer_and_is_not_applied_again(bool isSealed, bool isReopened)
    {
        await using var store = await HeldStore.OpenAsync(new AgentOptions { MemoryBytesMax = 0 });
        var first = await store.PutAsync("k", "1", call: Idempotent("one"));
        await store.PutAsync("k", "2");
        var batch = (await store.BatchAsync([Put("k", "3"), Delete("k"), Put("l", "4")], call: Idempotent("one"))).Results.Single();
        await MoveOnAsync(store, isSealed, isReopened);

        var again = await store.PutAsync("k", "1", call: Idempotent("one"));
        var batchAgain = (await store.BatchAsync([Put("k", "3"), Delete("k"), Put("l", "4")], call: Idempotent("one"))).Results.Single();
        Assert.True(again.Replayed && batchAgain.Replayed);
        Assert.Equal((first.Receipt, batch.Receipt), (again.Receipt, batchAgain.Receipt));
        Assert.Equal(first.Outcomes.AsEnumerable(), again.Outcomes);
        Assert.Equal(batch.Outcomes.AsEnumerable(), batchAgain.Outcomes);
        Assert.Equal(3, (await store.Agent(Namespace).GetStatusAsync(CancellationToken.None)).Sequence);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public async Task the_same_idempotency_key_with_another_body_is_refused(bool isSealed, bool isReopened)
    {
        await using var store = await HeldStore.OpenAsync();
        await store.PutAsync("k", "1", call: Idempotent("one"));
        await MoveOnAsync(store, isSealed, isReopened);
        await RefusedAsync(ErrorCodes.IdempotencyKeyReused, () => store.PutAsync("k", "2", call: Idempotent("one")));
        Assert.Equal("1", await store.GetAsync("k"));
    }

    [Fact]
    public async Task the_scope_of_an_idempotency_key_is_the_method_and_the_path()
    {
        await using var store = await HeldStore.OpenAsync();
        await store.PutAsync("k", "1", call: Idempotent("one"));
        Assert.False((await store.PutAsync("l", "2", call: Idempotent("one"))).Replayed);
        Assert.False((await store.DeleteAsync("k", call: Idempotent("one"))).Replayed);
        Assert.False((await store.PutAsync("k", "1", call: Idempotent("one"), ns: "other")).Replayed);
    }

    [Fact]
    public async Task a_repeat_is_recognised_before_its_conditions_are_looked_at()
    {
        await using var store = await HeldStore.OpenAsync();
        var onlyNew = new KvPutOptions { IfAbsent = true };
        var first = await store.PutAsync("k", "1", onlyNew, Idempotent("one"));
        Assert.Equal(first.Receipt, (await store.PutAsync("k", "1", onlyNew, Idempotent("one"))).Receipt);
    }

    [Fact]
    public async Task an_idempotency_key_is_forgotten_after_a_day_also_over_a_restart()
    {
        await using var store = await HeldStore.OpenAsync();
        await store.PutAsync("k", "1", call: Idempotent("one"));
        store.Time.Advance(TimeSpan.FromHours(23.9));
        await store.PutAsync("other", "1");
        Assert.True((await store.PutAsync("k", "1", call: Idempotent("one"))).Replayed);
        store.Time.Advance(TimeSpan.FromHours(0.2));
        await store.PutAsync("other", "2");
        Assert.False((await store.PutAsync("k", "1", call: Idempotent("one"))).Replayed);
        store.Time.Advance(TimeSpan.FromHours(24.1));
        await TestStore.SealAsync(store.Agent(Namespace));
        await store.ReopenAsync(clean: true);
        Assert.False((await store.PutAsync("k", "1", call: Idempotent("one"))).Replayed);
    }

    [Fact]
    public async Task an_idempotency_key_has_at_most_256_bytes()
    {
        await using var store = await HeldStore.OpenAsync();
        await store.PutAsync("k", "1", call: Idempotent(new string('i', Limits.IdempotencyKeyBytesMax)));
        await RefusedAsync(ErrorCodes.InvalidField, () => store.PutAsync("k", "1", call: Idempotent(new string('i', Limits.IdempotencyKeyBytesMax + 1))));
        await RefusedAsync(ErrorCodes.InvalidField, () => store.PutAsync("k", "1", call: Idempotent("")));
    }

    private static async Task MoveOnAsync(TestStore store, bool isSealed, bool isReopened)
    {
        if (isSealed)
        {
            await TestStore.SealAsync(store.Agent(Namespace));
        }

        if (isReopened)
        {
            await store.ReopenAsync(clean: false);
        }
    }
}
