using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Segments;

/// <summary>
/// Writes one agent's deltas, in sequence order, as a section of an object (docs/formats/segment.md). The object may hold
/// further sections; it is the caller's to create, commit and dispose. Not thread-safe.
/// </summary>
public sealed partial class SegmentWriter
{
    private const int RecordsAtATime = 64;

    // Packed side by side. Always as many, so that the bytes are the same however many threads there are.
    private const int BlocksAtATime = 8;

    private readonly IObjectWriter writer;
    private readonly string objectPath;
    private readonly AgentId agent;
    private readonly byte[] agentText;
    private readonly SegmentOptions options;
    private readonly IWorkScheduler? scheduler;
    private readonly RepeatedParts? repeated;
    private readonly long sectionOffset;
    private readonly List<DraftBlock> drafts = [];
    private readonly List<SegmentBlock> blocks = [];
    private readonly OperationList operations = new();
    private DraftBlock draft;
    private int closed;
    private Distinction rootBefore;
    private Distinction root;
    private long firstSequence;
    private long nextSequence;
    private ulong epochMin = ulong.MaxValue;
    private ulong epochMax;
    private HybridTimestamp minTime;
    private HybridTimestamp maxTime;
    private long rawBytes;
    private Distinction blockRoot;
    private HybridTimestamp blockFirstTime;
    private bool isFinished;

    /// <summary>Begins a section at the writer's present length.</summary>
    /// <param name="writer">The object.</param>
    /// <param name="objectPath">Its path, for the reference that is returned.</param>
    /// <param name="agent">Whose deltas these are.</param>
    /// <param name="rootBefore">The local root before the first record.</param>
    /// <param name="options">Block size, codec and where values are; the defaults when null.</param>
    /// <param name="scheduler">Packs blocks side by side; null for one after the other.</param>
    public SegmentWriter(IObjectWriter writer, string objectPath, AgentId agent, Distinction rootBefore, SegmentOptions? options = null, IWorkScheduler? scheduler = null)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentException.ThrowIfNullOrEmpty(objectPath);
        this.writer = writer;
        this.objectPath = objectPath;
        this.agent = agent;
        this.options = options ?? SegmentOptions.Default;
        agentText = System.Text.Encoding.ASCII.GetBytes(agent.ToString());
        this.scheduler = scheduler;
        repeated = this.options.Parts is { } parts ? new(parts) : null;
        drafts.Add(draft = new DraftBlock(this.options));
        sectionOffset = writer.Length;
        this.rootBefore = root = rootBefore;
    }

    /// <summary>Records appended so far.</summary>
    public long RecordCount => nextSequence - firstSequence;

    /// <summary>The local root after the last record.</summary>
    public Distinction Root => root;

    /// <summary>
    /// Appends a record; it is copied. Its operation, when it has one, is remembered in the operations part.
    /// Cost: two hashes and a copy; every block's worth also a compression and a write.
    /// </summary>
    /// <exception cref="TemporalException">Corrupt, <c>delta_malformed</c>, when it is no record; Internal, <c>invariant_broken</c>, when it is another agent's or not the next one.</exception>
    public ValueTask AppendAsync(ReadOnlyMemory<byte> record, CancellationToken cancellationToken)
    {
        var delta = DeltaRecord.Read(record);
        return AppendAsync(delta, delta.ActionDistinction(), cancellationToken);
    }

    /// <summary>Appends records in order; their headers are hashed some at a time, which costs a quarter.</summary>
    /// <inheritdoc cref="AppendAsync(ReadOnlyMemory{byte}, CancellationToken)"/>
    public async ValueTask AppendAsync(IEnumerable<ReadOnlyMemory<byte>> records, CancellationToken cancellationToken)
    {
        foreach (var some in records.Chunk(RecordsAtATime))
        {
            var deltas = Array.ConvertAll(some, DeltaRecord.Read);
            var actions = new Distinction[deltas.Length];
            DeltaRecord.HashActions(deltas, actions);
            for (var i = 0; i < deltas.Length; i++)
            {
                await AppendAsync(deltas[i], actions[i], cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private ValueTask AppendAsync(DeltaRecord delta, in Distinction action, CancellationToken cancellationToken)
    {
        Check(delta);
        if (IsFull(delta.Bytes.Length) && CloseBlock())
        {
            return DrainAndAppendAsync(delta, action, cancellationToken);
        }

        Append(delta, action);
        return default;
    }

    private async ValueTask DrainAndAppendAsync(DeltaRecord delta, Distinction action, CancellationToken cancellationToken)
    {
        await DrainAsync(cancellationToken).ConfigureAwait(false);
        Append(delta, action);
    }

    private void Check(in DeltaRecord delta)
    {
        ObjectDisposedException.ThrowIf(isFinished, this);
        if (!delta.AgentText.SequenceEqual(agentText))
        {
            throw Broken($"delta {delta.Sequence} is one of {delta.Agent}");
        }

        if (nextSequence != 0 && delta.Sequence != nextSequence)
        {
            throw Broken($"delta {delta.Sequence} came where {nextSequence} was due");
        }

        if (nextSequence != 0 && delta.SystemTime <= maxTime)
        {
            throw Broken($"delta {delta.Sequence} is not later than the one before it");
        }
    }

    private void Append(in DeltaRecord delta, in Distinction action)
    {
        if (nextSequence == 0)
        {
            firstSequence = nextSequence = delta.Sequence;
            minTime = delta.SystemTime;
        }

        if (draft.RecordCount == 0)
        {
            blockRoot = root;
            blockFirstTime = delta.SystemTime;
        }

        draft.Add(delta.Bytes.Span, repeated is null ? [] : repeated.Find(delta.Bytes, delta.Sequence));
        root = Synthesis.Synthesize(root, action);
        nextSequence++;
        maxTime = delta.SystemTime;
        rawBytes += delta.Bytes.Length;
        epochMin = Math.Min(epochMin, delta.Epoch);
        epochMax = Math.Max(epochMax, delta.Epoch);
        operations.Add(delta, root);
    }

    private TemporalException Broken(string what) =>
        new(ErrorKind.Internal, ErrorCodes.InvariantBroken, $"A segment of {agent} can't be written: {what}.");
}
