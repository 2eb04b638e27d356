using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Local;
using OrleansTemporal.Storage.Memory;
using OrleansTemporal.Storage.Tests.Segments;

namespace OrleansTemporal.Storage.Tests.Manifests;

public class PowerLossTests
{
    private const int Seals = 9;

    /// <summary>
    /// The power goes at every call of the file system while an agent seals, merges and collects on a local disk. What is
    /// left is a state that was swapped in, never an older one than the last that was acknowledged, and it can go on.
    /// </summary>
    [Fact]
    public async Task no_acknowledged_seal_is_lost_to_a_power_loss()
    {
        var history = new TestHistory(1).AddMany(Seals * 3);
        var probe = new MemoryFileSystem();
        await RunAsync(probe, history);
        Assert.True(probe.OperationCount > 100);
        for (var lossAt = 1L; lossAt <= probe.OperationCount; lossAt++)
        {
            foreach (var seed in new[] { 1, 2 })
            {
                var files = new MemoryFileSystem(new FaultPlan(seed) { PowerLossAt = lossAt });
                var acknowledged = await RunAsync(files, history);
                var image = files.Crash();
                try
                {
                    await RecoverAsync(image, history, acknowledged);
                }
                catch (Exception exception)
                {
                    throw new InvalidOperationException($"power loss at call {lossAt} of {probe.OperationCount}, seed {seed}", exception);
                }
            }
        }
    }

    /// <summary>Runs until the end or the power loss; answers what was acknowledged as sealed.</summary>
    private static async Task<long> RunAsync(MemoryFileSystem files, TestHistory history)
    {
        var acknowledged = 0L;
        try
        {
            using var store = await LocalObjectStore.OpenAsync(files);
            var sealer = new TestSealer(store, history);
            await sealer.OpenAsync();
            while (sealer.Manifest.SealedThrough < history.Count)
            {
                await sealer.SealAsync(sealer.Manifest.SealedThrough + 3);
                acknowledged = sealer.Manifest.SealedThrough;
                await sealer.CompactAsync();
            }
        }
        catch (TemporalException exception) when (exception.Kind == ErrorKind.Unavailable && files.IsDead)
        {
            // What the test is about.
        }

        return acknowledged;
    }

    private static async Task RecoverAsync(MemoryImage image, TestHistory history, long acknowledged)
    {
        var files = new MemoryFileSystem(image);
        using var store = await LocalObjectStore.OpenAsync(files);
        var sealer = new TestSealer(store, history);
        await sealer.OpenAsync();
        Assert.True(sealer.Manifest.SealedThrough >= acknowledged, $"{sealer.Manifest.SealedThrough} sealed, {acknowledged} acknowledged");
        await sealer.AssertHoldsAsync();
        await RunAsync(files, history);
        var again = new TestSealer(store, history);
        await again.OpenAsync();
        Assert.Equal(history.Count, again.Manifest.SealedThrough);
        await again.AssertHoldsAsync();
    }
}
