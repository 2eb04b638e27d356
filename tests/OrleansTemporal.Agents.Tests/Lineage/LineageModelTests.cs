using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Storage.Journal;

namespace OrleansTemporal.Agents.Tests.Lineage;

/// <summary>
/// Goal: every question about lineage gets the answer of plain sets, now and as of every moment, whatever is in memory,
/// sealed, merged, let go or recovered meanwhile, over namespaces and partitions.
/// </summary>
public sealed class LineageModelTests
{
    private const int Steps = 150;

    [Fact]
    public Task lineage_is_what_plain_sets_say() => Campaign.RunAsync(
        "lineage_is_what_plain_sets_say",
        TimeSpan.FromSeconds(8),
        async seed =>
        {
            await using var store = await HeldStore.OpenAsync(OptionsOf(seed));
            await new LineageModelRun(seed, store).RunAsync(Steps);
        });

    [Fact]
    public Task lineage_of_encrypted_documents_is_what_plain_sets_say() => Campaign.RunAsync(
        "lineage_of_encrypted_documents_is_what_plain_sets_say",
        TimeSpan.FromSeconds(8),
        async seed =>
        {
            await using var store = await HeldStore.OpenAsync(OptionsOf(seed));
            await new LineageModelRun(seed, store, withDataKeys: true).RunAsync(Steps);
        });

    [Fact]
    public Task lineage_on_a_disk_is_what_plain_sets_say() => Campaign.RunAsync(
        "lineage_on_a_disk_is_what_plain_sets_say",
        TimeSpan.FromSeconds(10),
        async seed =>
        {
            var journal = new JournalOptions
            {
                FileBytes = 64 << 10,
                FirstFileBytes = 16 << 10,
                JournalBytesMax = 4 << 20,
                SealAboveBytes = 16 << (10 + (seed % 5)),
                SealAboveFileCount = 1 + (seed % 8),
            };
            await using var store = await DiskStore.OpenAsync(seed, OptionsOf(seed), journal);
            await new LineageModelRun(seed, store).RunAsync(Steps);
        });

    // Tiny, so that generations are cut, sealed, merged and let go all the time; some seeds keep everything in memory.
    private static AgentOptions OptionsOf(int seed) => new()
    {
        GenerationBytesMax = 500 << (seed % 6),
        MemoryBytesMax = seed % 4 == 0 ? 1 << 30 : 1_000 << (seed % 5),
        CacheBytesMax = 4_096 << (seed % 7),
    };
}
