using System.Text;
using OrleansTemporal.Causality;
using OrleansTemporal.Storage.Caching;
using OrleansTemporal.Storage.Manifests;
using OrleansTemporal.Storage.Ports;
using OrleansTemporal.Storage.Runs;
using OrleansTemporal.Storage.Segments;

namespace OrleansTemporal.Storage.Tests.Segments;

/// <summary>
/// Does what an agent does with its sealed half: open, seal, merge, collect. Every delta writes one key, found from its
/// sequence, so that what the runs should say is known.
/// </summary>
internal sealed class TestSealer
{
    private const int KeyCount = 500;
    private readonly IObjectStore store;
    private readonly TestHistory history;
    private readonly BlockCache cache = new(4 << 20);
    private readonly SegmentCatalog segments;
    private readonly RunCatalog runs;
    private readonly ManifestStore manifests;
    private readonly Random random = new(1);
    private StoredManifest? stored;

    public TestSealer(IObjectStore store, TestHistory history)
    {
        this.store = store;
        this.history = history;
        segments = new(store, cache, 4 << 20);
        runs = new(store, cache, 4 << 20);
        manifests = new(store, new Random(2));
    }

    public Manifest Manifest => stored?.Manifest ?? Manifest.Empty(history.Agent, history.Genesis, history.Epoch);

    public long ManifestBytes { get; private set; }

    public static byte[] KeyOf(long sequence) => Encoding.UTF8.GetBytes($"user/{sequence * 7919 % KeyCount:d4}");

    public async Task OpenAsync()
    {
        stored = await manifests.LoadAsync(history.Agent, default);
        await new OrphanCollector(store).CollectAsync(history.Agent, stored?.Manifest, default);
    }

    /// <summary>Seals what the history has beyond the manifest: one object with a segment and a run.</summary>
    public async Task SealAsync(long? through = null)
    {
        var first = Manifest.SealedThrough + 1;
        var last = through ?? history.Count;
        var path = SealedPaths.Segment(history.Agent, first, last, (ulong)random.NextInt64());
        await using var writer = await store.CreateAsync(path, default);
        var segment = await TestSegments.WriteAsync(writer, history, first, last, path);
        var run = new RunWriter(writer, path, history.Agent, first, last);
        var entries = new List<(byte[] Key, RunEntry Entry)>();
        for (var sequence = first; sequence <= last; sequence++)
            entries.Add((KeyOf(sequence), new(sequence, 0, 0, TimeOf(sequence))));
        entries.Sort(static (left, right) => RunOrder.Compare(left.Key, left.Entry, right.Key, right.Entry));
        foreach (var (key, entry) in entries)
            await run.AddAsync(key, entry, default);
        var written = await run.FinishAsync(default);
        Assert.True(await writer.CommitAsync(default));
        await SwapAsync(Manifest with
        {
            SealedThrough = last,
            Root = history.RootAt(last),
            Clock = TimeOf(last),
            Segments = [.. Manifest.Segments, segment],
            Runs = [.. Manifest.Runs, written],
        });
    }

    /// <summary>Runs every merge that is due, then removes what nobody names any more.</summary>
    public async Task CompactAsync()
    {
        while (RunCompaction.Pick(Manifest.Runs) is { } range)
            await MergeRunsAsync(range);
        while (SegmentCompaction.Pick(Manifest.Segments) is { } range)
            await MergeSegmentsAsync(range);
        if (Manifest.Collectable.Count == 0)
            return;
        foreach (var path in Manifest.Collectable)
        {
            await store.DeleteAsync(path, default);
            segments.Forget(path);
            runs.Forget(path);
        }

        await SwapAsync(Manifest with { Collectable = [] });
    }

    /// <summary>Everything sealed reads as the history has it, by sequence and by key.</summary>
    public async Task AssertHoldsAsync()
    {
        var root = history.Genesis;
        foreach (var segment in Manifest.Segments)
        {
            var reader = await segments.OpenAsync(segment, default);
            root = await reader.VerifyAsync(root, default);
            var record = await reader.ReadRecordAsync(segment.LastSequence, default);
            Assert.True(record.Span.SequenceEqual(history.Records[(int)segment.LastSequence - 1]));
        }

        Assert.Equal(history.RootAt(Manifest.SealedThrough), root);
        var set = await runs.OpenAsync(Manifest.Runs, default);
        for (var sequence = Math.Max(1, Manifest.SealedThrough - 20); sequence <= Manifest.SealedThrough; sequence++)
        {
            var key = KeyOf(sequence);
            var found = await set.FindAsync(key, KeyHash.Of(key), RunBound.After(sequence), default);
            Assert.Equal(sequence, found!.Value.Sequence);
            found = await set.FindAsync(key, KeyHash.Of(key), RunBound.After(sequence - 1), default);
            Assert.Equal(sequence > KeyCount ? sequence - KeyCount : null, found?.Sequence);
        }
    }

    private HybridTimestamp TimeOf(long sequence) => DeltaRecord.Read(history.Records[(int)sequence - 1]).SystemTime;

    private async Task MergeRunsAsync(Range range)
    {
        var (offset, count) = range.GetOffsetAndLength(Manifest.Runs.Count);
        var sources = await runs.OpenAsync([.. Manifest.Runs.Skip(offset).Take(count)], default);
        var path = SealedPaths.Run(
            history.Agent, sources.Runs[0].Run.FirstSequence, sources.Runs[^1].Run.LastSequence, (ulong)random.NextInt64());
        await using var writer = await store.CreateAsync(path, default);
        var merged = await RunMerger.MergeAsync(sources.Runs, writer, path, null, default);
        Assert.True(await writer.CommitAsync(default));
        await SwapAsync(Manifest with { Runs = [.. Manifest.Runs.Take(offset), merged, .. Manifest.Runs.Skip(offset + count)] });
    }

    private async Task MergeSegmentsAsync(Range range)
    {
        var (offset, count) = range.GetOffsetAndLength(Manifest.Segments.Count);
        var sources = new List<SegmentReader>();
        foreach (var segment in Manifest.Segments.Skip(offset).Take(count))
            sources.Add(await segments.OpenAsync(segment, default));
        var path = SealedPaths.Segment(
            history.Agent, sources[0].Segment.FirstSequence, sources[^1].Segment.LastSequence, (ulong)random.NextInt64());
        await using var writer = await store.CreateAsync(path, default);
        var merged = await SegmentMerger.MergeAsync(sources, writer, path, null, null, null, default);
        Assert.True(await writer.CommitAsync(default));
        await SwapAsync(Manifest with { Segments = [.. Manifest.Segments.Take(offset), merged, .. Manifest.Segments.Skip(offset + count)] });
    }

    private async Task SwapAsync(Manifest proposed)
    {
        stored = await manifests.SwapAsync(stored, proposed.CollectingFrom(Manifest), default);
        ManifestBytes += ManifestFormat.Encode(stored.Manifest).Length;
    }
}
