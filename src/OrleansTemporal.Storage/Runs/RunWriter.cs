using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Compression;
using OrleansTemporal.Storage.Filters;
using OrleansTemporal.Storage.Formats;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Runs;

/// <summary>
/// Writes a sorted index over a range of sequences as a section of an object (docs/formats/run.md). The object may hold
/// further sections; it is the caller's to create, commit and dispose. Not thread-safe.
/// </summary>
public sealed class RunWriter
{
    private const int CountedKeysMax = 1 << 20;
    private readonly IObjectWriter writer;
    private readonly string objectPath;
    private readonly AgentId agent;
    private readonly long firstSequence;
    private readonly long lastSequence;
    private readonly RunOptions options;
    private readonly BlockPacker packer;
    private readonly long sectionOffset;
    private readonly RunBlockWriter block = new();
    private readonly List<RunBlock> blocks = [];
    private readonly List<byte[]> firstKeys = [];
    private readonly List<ulong> hashes = [];
    private readonly byte[] lastKey = new byte[RunOptions.KeyBytesMax];
    private KeyFilter? filter;
    private int lastKeyLength = -1;
    private RunEntry last;
    private RunEntry blockFirst;
    private long entryCount;
    private long keyCount;
    private bool isFinished;

    /// <summary>Begins a section at the writer's present length.</summary>
    /// <param name="writer">The object.</param>
    /// <param name="objectPath">Its path, for the reference that is returned.</param>
    /// <param name="agent">Whose writes these are.</param>
    /// <param name="firstSequence">First sequence of the indexed range, whether it has an entry or not.</param>
    /// <param name="lastSequence">Last sequence of the indexed range.</param>
    /// <param name="options">Block size, codec and expected keys; the defaults when null.</param>
    public RunWriter(IObjectWriter writer, string objectPath, AgentId agent, long firstSequence, long lastSequence, RunOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentException.ThrowIfNullOrEmpty(objectPath);
        ArgumentOutOfRangeException.ThrowIfLessThan(firstSequence, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(lastSequence, firstSequence);
        this.writer = writer;
        this.objectPath = objectPath;
        this.agent = agent;
        this.firstSequence = firstSequence;
        this.lastSequence = lastSequence;
        this.options = options ?? RunOptions.Default;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(this.options.BlockBytes, RunIndex.BlockBytesMax / 2, nameof(options));
        packer = new(this.options.Codec, this.options.PackedPercentMax);
        sectionOffset = writer.Length;
        filter = this.options.KeyCountMax > CountedKeysMax ? KeyFilter.For(this.options.KeyCountMax) : null;
    }

    /// <summary>Entries added so far.</summary>
    public long EntryCount => entryCount;

    /// <summary>
    /// Adds an entry; the key is copied. Entries come by key ascending, then sequence descending, then ordinal descending.
    /// Completes at once except when a block is full.
    /// </summary>
    /// <exception cref="TemporalException">Internal, <c>invariant_broken</c>: out of order, outside of the range, or a key above <see cref="RunOptions.KeyBytesMax"/>.</exception>
    public ValueTask AddAsync(ReadOnlySpan<byte> key, in RunEntry entry, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(isFinished, this);
        if (key.Length > RunOptions.KeyBytesMax || entry.Sequence < firstSequence || entry.Sequence > lastSequence)
        {
            throw Broken($"an entry of delta {entry.Sequence} does not fit");
        }

        var order = lastKeyLength < 0 ? -1 : lastKey.AsSpan(0, lastKeyLength).SequenceCompareTo(key);
        if (order > 0 || (order == 0 && RunOrder.CompareVersions(last, entry) >= 0))
        {
            throw Broken($"the entry of delta {entry.Sequence} is out of order");
        }

        if (order != 0)
        {
            CountKey(key);
        }

        if (block.EntryCount == 0)
        {
            blockFirst = entry;
            firstKeys.Add(key.ToArray());
        }

        block.Add(key, lastKey.AsSpan(0, Math.Max(0, lastKeyLength)), entry);
        key.CopyTo(lastKey);
        lastKeyLength = key.Length;
        last = entry;
        entryCount++;
        return block.Length >= options.BlockBytes ? FlushBlockAsync(cancellationToken) : default;
    }

    /// <summary>Writes the filter and the footer. The object is still to be committed.</summary>
    /// <returns>The reference for the manifest. A run without entries is fine: its range wrote no key.</returns>
    public async ValueTask<RunRef> FinishAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(isFinished, this);
        await FlushBlockAsync(cancellationToken).ConfigureAwait(false);
        await WriteHeaderAsync(cancellationToken).ConfigureAwait(false);
        var bits = FinishFilter().Bits;
        var filterPart = new StoredPart(writer.Length - sectionOffset, bits.Length, Crc32C.Compute(bits.Span));
        await writer.WriteAsync(bits, cancellationToken).ConfigureAwait(false);
        var run = new RunRef
        {
            ObjectPath = objectPath,
            Offset = sectionOffset,
            Length = 0,
            Agent = agent,
            FirstSequence = firstSequence,
            LastSequence = lastSequence,
            EntryCount = entryCount,
            KeyCount = keyCount,
            FilterBytes = bits.Length,
            FirstKey = firstKeys.Count > 0 ? firstKeys[0] : default,
            LastKey = lastKey.AsSpan(0, Math.Max(0, lastKeyLength)).ToArray(),
        };
        var footer = new FormatWriter(512 + (blocks.Count * 64));
        RunIndex.Write(footer, run, filterPart, blocks, firstKeys);
        await writer.WriteAsync(footer.Written, cancellationToken).ConfigureAwait(false);
        var length = writer.Length - sectionOffset + Section.TrailerBytes;
        await writer.WriteAsync(Section.Trailer(FormatMagic.Run, footer.WrittenSpan, length), cancellationToken).ConfigureAwait(false);
        isFinished = true;
        return run with { Length = length };
    }

    private void CountKey(ReadOnlySpan<byte> key)
    {
        keyCount++;
        var hash = KeyHash.Of(key);
        if (filter is { } known)
        {
            known.Add(hash);
            return;
        }

        hashes.Add(hash);
        if (hashes.Count >= CountedKeysMax)
        {
            // More keys than was said: from here on the filter has room for eight times as many and lets more pass beyond that.
            filter = FilterOf(hashes, CountedKeysMax * 8L);
            hashes.Clear();
        }
    }

    private KeyFilter FinishFilter() => filter ?? FilterOf(hashes, hashes.Count);

    private static KeyFilter FilterOf(List<ulong> hashes, long keyCount)
    {
        var filter = KeyFilter.For(keyCount);
        foreach (var hash in hashes)
        {
            filter.Add(hash);
        }

        return filter;
    }

    private async ValueTask FlushBlockAsync(CancellationToken cancellationToken)
    {
        if (block.EntryCount == 0)
        {
            return;
        }

        await WriteHeaderAsync(cancellationToken).ConfigureAwait(false);
        var raw = block.Finish();
        var (stored, codec) = packer.Pack(raw);
        blocks.Add(new(
            writer.Length - sectionOffset,
            stored.Length,
            raw.Length,
            Crc32C.Compute(stored.Span),
            codec,
            block.EntryCount,
            blockFirst.Sequence,
            blockFirst.SystemTime));
        await writer.WriteAsync(stored, cancellationToken).ConfigureAwait(false);
        block.Clear();
    }

    private async ValueTask WriteHeaderAsync(CancellationToken cancellationToken)
    {
        if (writer.Length == sectionOffset)
        {
            await writer.WriteAsync(Section.Header(FormatMagic.Run, agent.Digest), cancellationToken).ConfigureAwait(false);
        }
    }

    private TemporalException Broken(string what) =>
        new(ErrorKind.Internal, ErrorCodes.InvariantBroken, $"A run of {agent} can't be written: {what}.");
}
