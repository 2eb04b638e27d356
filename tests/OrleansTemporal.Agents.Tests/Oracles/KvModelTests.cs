using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Storage.Journal;

namespace OrleansTemporal.Agents.Tests.Oracles;

/// <summary>
/// Goal: a storage agent answers every question as a dictionary of lists would, whatever is sealed, merged, let go,
/// closed or crashed in between, and never changes an answer about the past.
/// </summary>
public sealed class KvModelTests
{
    private const int Steps = 400;

    [Fact]
    public Task a_storage_agent_answers_as_a_dictionary_of_lists_would() => Campaign.RunAsync(
        "a_storage_agent_answers_as_a_dictionary_of_lists_would",
        TimeSpan.FromSeconds(10),
        async seed =>
        {
            await using var store = await HeldStore.OpenAsync(OptionsOf(seed));
            await new KvModelRun(seed, store).RunAsync(Steps);
        });

    [Fact]
    public Task a_database_on_a_disk_answers_as_a_dictionary_of_lists_would() => Campaign.RunAsync(
        "a_database_on_a_disk_answers_as_a_dictionary_of_lists_would",
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
                SpareFilesMax = seed % 3,
            };
            await using var store = await DiskStore.OpenAsync(seed, OptionsOf(seed), journal);
            await new KvModelRun(seed, store).RunAsync(Steps);
        });

    [Fact]
    public Task a_database_that_is_switched_between_data_keys_answers_as_a_dictionary_of_lists_would() => Campaign.RunAsync(
        "a_database_that_is_switched_between_data_keys_answers_as_a_dictionary_of_lists_would",
        TimeSpan.FromSeconds(10),
        async seed =>
        {
            await using TestStore store = seed % 2 == 0
                ? await DiskStore.OpenAsync(seed, OptionsOf(seed), valuesPerDataKeyMax: 16 << (seed % 8))
                : await HeldStore.OpenAsync(OptionsOf(seed), valuesPerDataKeyMax: 16 << (seed % 8));
            await new KvModelRun(seed, store, withDataKeys: true).RunAsync(Steps);
        });

    // Tiny, so that a few hundred writes seal, merge and let go all the time; some seeds keep everything in memory.
    private static AgentOptions OptionsOf(int seed) => new()
    {
        GenerationBytesMax = 500 << (seed % 6),
        MemoryBytesMax = seed % 4 == 0 ? 1 << 30 : 1_000 << (seed % 5),
        CacheBytesMax = 4_096 << (seed % 7),
    };
}
