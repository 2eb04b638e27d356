using OrleansTemporal.Agents.Tests.Stores;

namespace OrleansTemporal.Agents.Tests.Views;

/// <summary>
/// Goal: a view, and a query that an index answers, says as of every moment what the query says that looks at all documents:
/// page by page, while documents are written, end and are erased, slots move, and the process is killed.
/// </summary>
public sealed class ViewModelTests
{
    private const int Steps = 120;

    [Fact]
    public Task views_and_indexes_answer_as_plain_queries_would() =>
        RunAsync(nameof(views_and_indexes_answer_as_plain_queries_would), withDataKeys: false);

    [Fact]
    public Task views_and_indexes_over_encrypted_documents_answer_as_plain_queries_would() =>
        RunAsync(nameof(views_and_indexes_over_encrypted_documents_answer_as_plain_queries_would), withDataKeys: true);

    private static async Task RunAsync(string name, bool withDataKeys)
    {
        var (fromView, fromIndex, scanned) = (0, 0, 0);
        await Campaign.RunAsync(name, TimeSpan.FromSeconds(8), async seed =>
        {
            var options = new AgentOptions { GenerationBytesMax = 500 << (seed % 6), MemoryBytesMax = seed % 4 == 0 ? 1 << 30 : 1_000 << (seed % 5), CacheBytesMax = 4_096 << (seed % 7) };
            await using var store = await HeldStore.OpenAsync(options);
            var run = new ViewRun(seed, store, withDataKeys);
            await run.RunAsync(Steps);
            fromView += run.FromViewCount;
            fromIndex += run.FromIndexCount;
            scanned += run.ScannedCount;
        });
        Assert.True(fromView > scanned && scanned > 0 && fromIndex > 0, $"{fromView} pages came from views, {scanned} from all documents, {fromIndex} by indexes.");
    }
}
