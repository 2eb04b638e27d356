using OrleansTemporal.Agents.Tests.Stores;

namespace OrleansTemporal.Agents.Tests.Oracles;

/// <summary>
/// Goal: nobody who reads or writes a namespace can tell how many partitions it has or had: every answer, about now and
/// about every moment of the past, is that of a dictionary of lists, while slots move to and fro.
/// </summary>
public sealed class KvSplitTests
{
    private const int Steps = 150;

    [Fact]
    public Task a_namespace_that_is_split_and_merged_answers_as_a_dictionary_of_lists_would() =>
        RunAsync("a_namespace_that_is_split_and_merged_answers_as_a_dictionary_of_lists_would", TimeSpan.FromSeconds(10), withDataKeys: false);

    [Fact]
    public Task a_namespace_that_is_split_and_switched_between_data_keys_answers_as_a_dictionary_of_lists_would() =>
        RunAsync("a_namespace_that_is_split_and_switched_between_data_keys_answers_as_a_dictionary_of_lists_would", TimeSpan.FromSeconds(8), withDataKeys: true);

    private static async Task RunAsync(string name, TimeSpan time, bool withDataKeys)
    {
        var (ended, erased) = (0, 0);
        await Campaign.RunAsync(name, time, async seed =>
        {
            var options = new AgentOptions
            {
                GenerationBytesMax = 500 << (seed % 6),
                MemoryBytesMax = seed % 4 == 0 ? 1 << 30 : 1_000 << (seed % 5),
                CacheBytesMax = 4_096 << (seed % 7),
            };
            await using var store = await HeldStore.OpenAsync(options);
            var run = new KvSplitRun(seed, store, withDataKeys);
            await run.RunAsync(Steps);
            Assert.True(run.Moves > 5);
            ended += run.Ended;
            erased += run.Erased;
        });
        Assert.True(ended > 0 && erased > 0, $"{ended} values ended and {erased} were erased.");
    }
}
