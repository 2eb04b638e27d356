using OrleansTemporal.Agents.Tests.Stores;
using OrleansTemporal.Causality;
using OrleansTemporal.Channels;
using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Manifests;
using OrleansTemporal.Storage.Segments;
using OrleansTemporal.Testing;
using static OrleansTemporal.Agents.Tests.Kv.KvTestCalls;

namespace OrleansTemporal.Agents.Tests.Channels;

/// <summary>A channel opens from what its segments say beside their deltas.</summary>
public sealed class ChannelCheckpointTests
{
    private const int Agents = 40;
    private const int Steps = 1_500;
    private const int ReopenEvery = 150;

    // More than the header of a section has.
    private const int SectionHeaderBytes = 64;

    [Fact]
    public Task a_channel_that_opens_from_its_segments_is_the_one_that_was_closed() => Campaign.RunAsync(
        nameof(a_channel_that_opens_from_its_segments_is_the_one_that_was_closed), TimeSpan.FromSeconds(4), RunAsync);

    [Fact]
    public async Task a_channel_opens_without_reading_the_deltas_that_are_sealed()
    {
        await using var store = await HeldStore.OpenAsync();
        await store.PutChannelAsync("nothing");
        var source = new AgentId(Workspace, AgentKind.Kv, "n0", 0);
        for (var i = 1; i <= 300; i++)
        {
            await AnnounceAsync(ChannelOf(store), source, 2 * i);
        }

        await SealAsync(store, allowMerges: true);
        await store.LeaveAsync(clean: true);
        var segment = Assert.Single((await LoadAsync(store)).Manifest.Segments);
        var sealedBytes = store.Objects.Content(segment.ObjectPath)!;
        Array.Fill(sealedBytes, (byte)0xAA, (int)segment.Offset + SectionHeaderBytes, 64);
        await store.StartAsync();

        var channel = ChannelOf(store);
        Assert.Equal(new AgentNotice(source, 600), Assert.Single(await channel.GetAnnouncedAsync(CancellationToken.None)));
        Assert.Equal(new ChannelSpan(600, 512, 1), await channel.MeasureAsync(new ChannelCursor(256), CancellationToken.None));
        var damaged = await Assert.ThrowsAsync<TemporalException>(async () => await channel.MeasureAsync(new ChannelCursor(10), CancellationToken.None));
        Assert.Equal(ErrorKind.Corrupt, damaged.Kind);
    }

    private static async Task RunAsync(int seed)
    {
        var random = new Random(seed);
        await using var store = await HeldStore.OpenAsync();
        await store.PutChannelAsync("nothing");
        var sources = Enumerable.Range(0, Agents).Select(static i => new AgentId(Workspace, AgentKind.Kv, $"n{i}", i % 3)).ToArray();
        var announced = new Dictionary<AgentId, long>();
        List<long> published = [0];
        for (var step = 0; step < Steps; step++)
        {
            var source = sources[random.Next(sources.Length)];
            var count = random.Next(1, 6);
            announced[source] = announced.GetValueOrDefault(source) + count;
            published.Add(published[^1] + count);
            await AnnounceAsync(ChannelOf(store), source, announced[source]);
            if (random.Next(20) == 0)
            {
                await SealAsync(store, allowMerges: random.Next(3) == 0);
            }

            if (random.Next(ReopenEvery) == 0)
            {
                await store.LeaveAsync(clean: random.Next(2) == 0);
                while (random.Next(2) == 0 && (await FindAsync(store))?.Manifest.Segments is { Count: > 0 } segments)
                {
                    await ForgetAsync(store, segments[random.Next(segments.Count)]);
                }

                await store.StartAsync();
                await CheckAsync(store, announced, published, random);
            }
        }

        await store.ReopenAsync(clean: true);
        await CheckAsync(store, announced, published, random);
    }

    private static async Task CheckAsync(HeldStore store, Dictionary<AgentId, long> announced, List<long> published, Random random)
    {
        var channel = ChannelOf(store);
        var known = await channel.GetAnnouncedAsync(CancellationToken.None);
        Assert.Equal(announced.OrderBy(static pair => pair.Key.ToString()), known.Select(static notice => KeyValuePair.Create(notice.Agent, notice.Sequence)).OrderBy(static pair => pair.Key.ToString()));
        for (var i = 0; i < 5; i++)
        {
            var through = random.Next(published.Count);
            Assert.Equal(new ChannelSpan(published[^1], published[through], announced.Count), await channel.MeasureAsync(new ChannelCursor(through), CancellationToken.None));
        }
    }

    // As an earlier release wrote it: the same deltas, and nothing beside them.
    private static async Task ForgetAsync(HeldStore store, SegmentRef segment)
    {
        var reader = await store.Services.Segments.OpenAsync(segment, CancellationToken.None);
        var records = (await reader.ReadRangeAsync(0, int.MaxValue, CancellationToken.None)).Records;
        var path = SealedPaths.Segment(segment.Agent, segment.FirstSequence, segment.LastSequence, (ulong)store.Objects.WrittenBytes);
        SegmentRef without;
        await using (var writer = await store.Objects.CreateAsync(path, CancellationToken.None))
        {
            var segments = new SegmentWriter(writer, path, segment.Agent, segment.RootBefore);
            await segments.AppendAsync(records, CancellationToken.None);
            without = await segments.FinishAsync(default, default, CancellationToken.None);
            await writer.CommitAsync(CancellationToken.None);
        }

        var stored = await LoadAsync(store);
        var changed = stored.Manifest with
        {
            Segments = [.. stored.Manifest.Segments.Select(other => other.ObjectPath == segment.ObjectPath ? without : other)],
            Collectable = [.. stored.Manifest.Collectable, segment.ObjectPath],
        };
        await store.Services.Manifests.SwapAsync(stored, changed, CancellationToken.None);
    }

    private static async Task<StoredManifest> LoadAsync(HeldStore store) => (await FindAsync(store))!;

    // Null as long as nothing was sealed.
    private static async Task<StoredManifest?> FindAsync(HeldStore store) => await store.Services.Manifests.LoadAsync(ChannelCalls.Agent, CancellationToken.None);

    private static async Task SealAsync(HeldStore store, bool allowMerges)
    {
        var agent = (IHostedAgent)ChannelOf(store);
        while (await agent.MaintainAsync(new MaintenanceBudget { SealEverything = true, AllowMerges = allowMerges }, CancellationToken.None))
        {
            // Until everything is in segments.
        }
    }

    private static IChannelAgent ChannelOf(HeldStore store) => store.Database.Directory.Get<IChannelAgent>(ChannelCalls.Agent);

    private static async Task AnnounceAsync(IChannelAgent channel, AgentId source, long sequence) =>
        await channel.AnnounceAsync(new ChannelAnnouncement { Notices = [new AgentNotice(source, sequence)] }, CancellationToken.None);
}
