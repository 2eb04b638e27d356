using Xunit.Abstractions;

namespace OrleansTemporal.Server.Tests.Crash;

/// <summary>
/// Goal: state may be far larger than memory, and answers stay right: now, as of then, in lists, after a stop and after
/// SIGKILL. With <c>OT_LONG</c> ten million keys under a heap of 1 GiB.
/// </summary>
[Collection(CrashCollection.Name)]
public sealed class LargeStateTests(ITestOutputHelper output)
{
    private const long Mebibyte = 1 << 20;
    private const int KeysUsual = 20_000;
    private const int KeysLong = 10_000_000;

    private static readonly bool Long = Environment.GetEnvironmentVariable("OT_LONG") is not null;

    // A quarter of the documents fits into what a usual run may keep, and a twentieth in a long one.
    private static readonly IReadOnlyDictionary<string, string> Settings = new Dictionary<string, string>
    {
        ["Storage:GenerationBytesMax"] = $"{(Long ? 16 : 1) * Mebibyte}",
        ["Storage:JournalFileBytes"] = $"{(Long ? 64 : 16) * Mebibyte}",
        ["Storage:JournalBytesMax"] = $"{(Long ? 512 : 128) * Mebibyte}",
        ["Storage:MemoryBytesMax"] = $"{(Long ? 256 : 4) * Mebibyte}",
        ["Storage:CacheBytesMax"] = $"{(Long ? 128 : 2) * Mebibyte}",
        ["Http:RequestTimeout"] = "00:00:50",
    };

    [Fact]
    public async Task state_larger_than_memory_is_read_listed_and_found_again()
    {
        using var folder = new TemporaryFolder("large");
        var launch = new ServerLaunch
        {
            DataDirectory = folder.Folder("data"),
            Settings = Settings,
            Environment = new Dictionary<string, string> { ["DOTNET_GCHeapHardLimit"] = $"{(Long ? 1_024 : 256) * Mebibyte:x}" },
        };
        var keys = Long ? KeysLong : KeysUsual;
        var state = new LargeState(keys);
        var started = TimeProvider.System.GetTimestamp();
        await using (var first = await ServerProcess.StartAsync(launch))
        {
            await state.FillAsync(new KvClient(first.Client));
            Tell($"{keys:N0} keys are written", first);
            await state.CheckAsync(new KvClient(first.Client));
            Tell("they are as they should be", first);
            Assert.Equal(0, await first.StopAsync());
        }

        await using (var second = await ServerProcess.StartAsync(launch))
        {
            Tell("started again after a stop", second);
            await state.CheckAsync(new KvClient(second.Client));
            Tell("they are as they should be", second);
            await second.KillAsync();
        }

        await using var third = await ServerProcess.StartAsync(launch);
        Tell("started again after SIGKILL", third);
        await state.CheckAsync(new KvClient(third.Client));
        Tell("they are as they should be", third);

        void Tell(string what, ServerProcess server) => output.WriteLine(
            $"{TimeProvider.System.GetElapsedTime(started):hh\\:mm\\:ss} {what}; the server has {server.WorkingSetBytes / Mebibyte:N0} MiB resident");
    }
}
