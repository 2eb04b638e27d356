using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Storage.Journal;

namespace OrleansTemporal.Agents.Tests.Series;

/// <summary>
/// Goal: a stream answers every question, about now and about any moment before, as a list of everything that was written
/// and deleted would, whatever is closed, sealed, merged, cooled or crashed in between.
/// </summary>
public sealed class SeriesModelTests
{
    private const int Steps = 120;

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public Task a_stream_answers_as_a_list_of_everything_would(int partitions) => Campaign.RunAsync(
        nameof(a_stream_answers_as_a_list_of_everything_would),
        TimeSpan.FromSeconds(6),
        async seed =>
        {
            await using var store = await HeldStore.OpenAsync(OptionsOf(seed));
            await new SeriesModelRun(seed, store, partitions).RunAsync(Steps);
        });

    [Fact]
    public Task a_stream_on_a_disk_answers_as_a_list_of_everything_would() => Campaign.RunAsync(
        nameof(a_stream_on_a_disk_answers_as_a_list_of_everything_would),
        TimeSpan.FromSeconds(6),
        async seed =>
        {
            var journal = new JournalOptions { FileBytes = 256 << 10, FirstFileBytes = 64 << 10, JournalBytesMax = 16 << 20, SealAboveBytes = 64 << (10 + (seed % 4)) };
            await using var store = await DiskStore.OpenAsync(seed, OptionsOf(seed), journal);
            await new SeriesModelRun(seed, store, 1 + (seed % 2)).RunAsync(Steps);
        });

    // Small, so that a history seals and merges some times.
    private static AgentOptions OptionsOf(int seed) => new() { GenerationBytesMax = 4_000 << (seed % 6) };
}
