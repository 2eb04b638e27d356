using OrleansTemporal.Agents;
using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Kv;

namespace OrleansTemporal.Simulation.Tests;

/// <summary>
/// A second owner opens what a first one left, while the first is only paused and thinks that it lives. (On a local disk
/// the folder's lock refuses the second; here nothing but the manifest's compare-and-swap stands between them.)
/// </summary>
public sealed class TwoOwnersTests
{
    private const string Namespace = "n";

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5)]
    public async Task what_a_paused_owner_writes_later_never_reaches_its_successor(int unsealedCount)
    {
        await using var first = await HeldStore.OpenAsync();
        await PutManyAsync(first, 0, 10);
        await TestStore.SealAsync(first.Agent(Namespace));
        await PutManyAsync(first, 10, unsealedCount);

        await using var second = await first.TakeOverAsync();
        await PutManyAsync(second, 100, 3);
        await TestStore.SealAsync(second.Agent(Namespace));
        var standing = await AnswersAsync(second);

        await PutManyAsync(first, 200, 4);
        var fenced = await Assert.ThrowsAsync<TemporalException>(() => TestStore.SealAsync(first.Agent(Namespace)).AsTask());
        Assert.Equal(ErrorKind.Fenced, fenced.Kind);

        Assert.Equal(standing, await AnswersAsync(second));
        await PutManyAsync(second, 300, 2);
        await TestStore.SealAsync(second.Agent(Namespace));
        standing = await AnswersAsync(second);
        await second.ReopenAsync(clean: false);
        Assert.Equal(standing, await AnswersAsync(second));
        Assert.DoesNotContain("k20", standing, StringComparison.Ordinal);
        Assert.Null((await second.Agent(Namespace).VerifyAsync(CancellationToken.None)).Fault);
    }

    private static async Task PutManyAsync(TestStore store, int from, int count)
    {
        for (var i = from; i < from + count; i++)
        {
            await store.Kv.PutAsync(CallContext.Local, "default", Namespace, $"k{i}", "1"u8.ToArray(), KvPutOptions.None, CancellationToken.None);
        }
    }

    private static async Task<string> AnswersAsync(TestStore store)
    {
        var page = await store.Kv.ListAsync(CallContext.Local, "default", Namespace, new KvListQuery { Limit = 1_000 }, CancellationToken.None);
        var status = await store.Agent(Namespace).GetStatusAsync(CancellationToken.None);
        return $"{string.Join(' ', page.Entries.Select(static entry => $"{entry.Key}#{entry.WriteId}"))} {status.Sequence} {status.Root}";
    }
}
