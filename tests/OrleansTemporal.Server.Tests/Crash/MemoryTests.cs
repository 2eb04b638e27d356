using Xunit.Abstractions;

namespace OrleansTemporal.Server.Tests.Crash;

/// <summary>
/// Goal: what a server keeps in memory doesn't grow with what it was ever given. It is fed documents that it has never
/// seen under a hard limit of its heap, far more of them than the limit with <c>OT_LONG</c>.
/// </summary>
[Collection(CrashCollection.Name)]
public sealed class MemoryTests(ITestOutputHelper output)
{
    private const long Mebibyte = 1 << 20;

    // Far above what is needed: this test is about growth, not about how small a heap the server can live in.
    private const long HeapLimitBytes = 400 * Mebibyte;
    private const long GrowthAllowedBytes = 160 * Mebibyte;

    // What somebody with half a gigabyte would set.
    private static readonly IReadOnlyDictionary<string, string> SmallContainer = new Dictionary<string, string>
    {
        ["Storage:GenerationBytesMax"] = $"{8 * Mebibyte}",
        ["Storage:JournalFileBytes"] = $"{16 * Mebibyte}",
        ["Storage:JournalBytesMax"] = $"{128 * Mebibyte}",
        ["Storage:MemoryBytesMax"] = $"{64 * Mebibyte}",
        ["Storage:CacheBytesMax"] = $"{32 * Mebibyte}",
    };

    private static readonly bool Long = Environment.GetEnvironmentVariable("OT_LONG") is not null;

    [Fact]
    public async Task novel_documents_leave_no_memory_behind()
    {
        using var folder = new TemporaryFolder("memory");
        await using var server = await ServerProcess.StartAsync(new ServerLaunch
        {
            DataDirectory = folder.Folder("data"),
            Settings = SmallContainer,
            Environment = new Dictionary<string, string> { ["DOTNET_GCHeapHardLimit"] = $"{HeapLimitBytes:x}" },
        });
        var feed = new DocumentFeed(server.Client, Long ? 1024 * Mebibyte : 60 * Mebibyte);

        await feed.RunAsync(0, feed.BatchCount / 2);
        var half = server.WorkingSetBytes;
        await feed.RunAsync(feed.BatchCount / 2, feed.BatchCount);
        var all = server.WorkingSetBytes;
        await feed.CheckAsync();

        output.WriteLine($"{feed.Bytes / Mebibyte} MiB of documents: working set {half / Mebibyte} MiB after half, {all / Mebibyte} MiB after all; {feed.Throttled} throttled");
        Assert.True(feed.Faults.IsEmpty, $"{string.Join('\n', feed.Faults.Take(10))}\n{server.Output}");
        Assert.True(all < half + GrowthAllowedBytes, $"The working set grew from {half / Mebibyte} to {all / Mebibyte} MiB.");
    }
}
