using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Manifests;
using OrleansTemporal.Storage.Memory;
using OrleansTemporal.Storage.Tests.Segments;

namespace OrleansTemporal.Storage.Tests.Manifests;

public class SealCrashTests
{
    private const int Seals = 18;

    /// <summary>
    /// The process dies at every call of the store while it seals, merges and collects, before the call or after it. What it
    /// finds when it opens again is the old state or the new one, nothing is left over, and it can go on.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task a_crash_at_any_call_leaves_the_old_or_the_new_state(bool afterCall)
    {
        var history = new TestHistory(1).AddMany(Seals * 3);
        var calls = await RunAsync(new MemoryObjectStore(), history, crashAt: int.MaxValue, afterCall);
        Assert.True(calls > 100);
        for (var crashAt = 1; crashAt <= calls; crashAt++)
        {
            var store = new MemoryObjectStore();
            await RunAsync(store, history, crashAt, afterCall);
            await RecoverAsync(store.Copy(), history);
        }
    }

    /// <summary>Runs a life; answers how many calls it made. A process that is dead makes no more calls.</summary>
    private static async Task<int> RunAsync(MemoryObjectStore store, TestHistory history, int crashAt, bool afterCall)
    {
        var calls = 0;
        store.Faults = (_, _) => ++calls < crashAt ? ObjectFault.None
            : calls == crashAt && afterCall ? ObjectFault.After
            : ObjectFault.Before;
        try
        {
            await new Life(store, history).RunAsync();
        }
        catch (TemporalException exception) when (exception.Kind == ErrorKind.Unavailable)
        {
            Assert.True(calls >= crashAt);
        }

        return calls;
    }

    private static async Task RecoverAsync(MemoryObjectStore store, TestHistory history)
    {
        var sealer = new TestSealer(store, history);
        await sealer.OpenAsync();
        Assert.Equal(0, sealer.Manifest.SealedThrough % 3);
        await sealer.AssertHoldsAsync();
        var named = store.Objects.Where(item => !sealer.Manifest.Names(item.Path) && item.Path != SealedPaths.ManifestOf(history.Agent));
        Assert.Empty(named);
        await new Life(store, history).RunAsync();
    }

    /// <summary>Seals three deltas at a time and runs every merge that is due.</summary>
    private sealed class Life(MemoryObjectStore store, TestHistory history)
    {
        public async Task RunAsync()
        {
            var sealer = new TestSealer(store, history);
            await sealer.OpenAsync();
            while (sealer.Manifest.SealedThrough < history.Count)
            {
                await sealer.SealAsync(sealer.Manifest.SealedThrough + 3);
                await sealer.CompactAsync();
            }

            await sealer.AssertHoldsAsync();
            Assert.InRange(sealer.Manifest.Runs.Count, 1, 8);
            Assert.InRange(sealer.Manifest.Segments.Count, 1, 16);
        }
    }
}
