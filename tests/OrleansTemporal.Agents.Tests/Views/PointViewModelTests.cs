using OrleansTemporal.Agents.Tests.Stores;

namespace OrleansTemporal.Agents.Tests.Views;

/// <summary>
/// Goal: a view over a stream says as of every moment what its query says of a list of the points that were there then, page
/// by page, while points are written, overwritten and deleted, segments are closed, and the process is killed.
/// </summary>
public sealed class PointViewModelTests
{
    private const int Steps = 100;

    [Fact]
    public async Task views_over_streams_answer_as_queries_over_lists_of_points_would()
    {
        var (fromView, scanned) = (0, 0);
        await Campaign.RunAsync(nameof(views_over_streams_answer_as_queries_over_lists_of_points_would), TimeSpan.FromSeconds(9), async seed =>
        {
            await using var store = await HeldStore.OpenAsync(new AgentOptions { GenerationBytesMax = 2_000 << (seed % 6) });
            var run = new PointViewRun(seed, store);
            await run.RunAsync(Steps);
            fromView += run.FromViewCount;
            scanned += run.ScannedCount;
        });
        Assert.True(fromView > scanned && scanned > 0, $"{fromView} pages came from views, {scanned} from all points.");
    }
}
