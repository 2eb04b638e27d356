using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using OrleansTemporal.Causality;
using OrleansTemporal.Events;
using OrleansTemporal.Storage.Hosting;
using OrleansTemporal.Storage.Manifests;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Agents;

/// <summary>
/// One life of an agent, from recovery to the first fault: its gate, its chain of roots and its place in the log. A fault
/// of the log ends it; <see cref="CausalAgent{TCore}"/> then recovers another from what is durable.
/// </summary>
public abstract partial class AgentCore : IAsyncDisposable
{
    private readonly List<Generation> due = [];
    private readonly OperationWindow operations = new();
    private readonly ILogger logger;
    private readonly byte[] agentText;
    private byte[] scratch = new byte[2_048];
    private ulong epoch;
    private long sequence;
    private long generationFirst = 1;
    private long generationBytes;
    private HybridTimestamp generationFirstTime;
    private Distinction root;
    private HybridTimestamp systemTime;
    private StoredManifest? storedManifest;
    private IOwnedLog? owned;
    private volatile bool disposed;
    private volatile bool lost;

    /// <summary>Makes a core that <see cref="OpenAsync"/> fills.</summary>
    protected AgentCore(AgentId id, AgentServices services)
    {
        Id = id;
        Services = services;
        Encoder = new DeltaEncoder(id);
        maintaining = new TurnGate(services.Scheduler);
        agentText = System.Text.Encoding.ASCII.GetBytes(id.ToString());
        logger = services.Loggers.CreateLogger(GetType());
        Events = new DomainEventLog(services.Loggers);
    }

    /// <summary>Whose core this is.</summary>
    public AgentId Id { get; }

    /// <summary>False once the log has failed under it or its manifest is not known any more; nothing more is accepted then.</summary>
    public bool IsUsable => !disposed && !lost && Log is { Fault: null };

    /// <summary>True while no other process can have acknowledged anything for the agent since it was last asked.</summary>
    public bool IsCurrent => owned is null || owned.IsCurrent;

    /// <summary>The log has passed to another owner, who is not to be disturbed by housekeeping.</summary>
    public bool IsFenced => Log is { Fault: Errors.TemporalException { Kind: Errors.ErrorKind.Fenced } };

    /// <summary>The gate: state changes and the reading of it happen inside, waiting never does.</summary>
    protected Lock Gate { get; } = new();

    /// <summary>The host's parts.</summary>
    protected AgentServices Services { get; }

    /// <summary>Tells what happens that no delta says; not under the gate.</summary>
    private protected DomainEventLog Events { get; }

    /// <summary>Encodes this agent's records.</summary>
    protected DeltaEncoder Encoder { get; }

    /// <summary>The agent's log; set by <see cref="OpenAsync"/>.</summary>
    protected ICausalLog Log { get; private set; } = null!;

    /// <summary>Sequence of the newest delta, durable or not. Read under the gate.</summary>
    protected long Sequence => sequence;

    /// <summary>System time of the newest delta, durable or not. Read under the gate.</summary>
    protected HybridTimestamp SystemTime => systemTime;

    /// <summary>The chain's root behind the newest delta, durable or not. Read under the gate.</summary>
    protected Distinction Root => root;

    /// <summary>The newest manifest; null before the first seal. Never changes while the gate is held.</summary>
    protected Manifest? Manifest => Volatile.Read(ref storedManifest)?.Manifest;

    /// <summary>True when the facet's whole state is folded again from the first delta at open, because no index holds it.</summary>
    protected abstract bool ReplaysFromGenesis { get; }

    /// <summary>Folds one delta into the state: the same code for a live write and for replay. Under the gate.</summary>
    protected abstract void Apply(in AppliedDelta delta);

    /// <summary>Takes over the small fixed state that a manifest keeps.</summary>
    protected abstract void RestoreFacetState(ReadOnlySpan<byte> facetState, Manifest manifest);

    /// <summary>Fixes what is in memory as one generation and begins another behind <paramref name="lastSequence"/>. Under the gate.</summary>
    protected abstract (ReadOnlyMemory<byte> FacetState, object? Memory) CutGeneration(long lastSequence);

    /// <summary>True when what is in memory should become a generation though its deltas are small, because memory holds more than they. Under the gate.</summary>
    private protected virtual bool IsCutDue => false;

    /// <summary>Refuses to answer from a core that has given its memory back. Under the gate.</summary>
    /// <exception cref="Errors.TemporalException">Unavailable, <c>not_ready</c>: a new core is being recovered.</exception>
    private protected void RequireAlive()
    {
        if (disposed)
        {
            throw new Errors.TemporalException(Errors.ErrorKind.Unavailable, Errors.ErrorCodes.NotReady, $"{Id} is being recovered.")
            {
                RetryAfter = TimeSpan.FromSeconds(1),
            };
        }
    }

    /// <summary>
    /// Stages one delta: stamps, encodes, enqueues, moves the root and applies. Under the gate; never waits and never
    /// fails, so everything that can be refused has been refused before.
    /// </summary>
    /// <returns>Where the delta stands.</returns>
    private protected Receipt Stage(PreparedDelta prepared, ReadOnlySpan<byte> facet, Durability durability) =>
        Stage(prepared, facet, durability, Services.Clock.Next());

    /// <inheritdoc cref="Stage(PreparedDelta, ReadOnlySpan{byte}, Durability)"/>
    /// <param name="prepared">The delta.</param>
    /// <param name="facet">The facet's own header field.</param>
    /// <param name="durability">What the receipt says.</param>
    /// <param name="time">Issued by the clock since the gate was entered.</param>
    private protected Receipt Stage(PreparedDelta prepared, ReadOnlySpan<byte> facet, Durability durability, HybridTimestamp time)
    {
        Append(prepared, facet, time);
        return new Receipt { Agent = Id, Sequence = sequence, SystemTime = systemTime, Root = root, Durability = durability };
    }

    /// <summary>
    /// What <see cref="Stage(PreparedDelta, ReadOnlySpan{byte}, Durability)"/> does, for a delta whose receipt nobody asks for:
    /// makes nothing that the collector would have to be waited for.
    /// </summary>
    private protected void Append(PreparedDelta prepared, ReadOnlySpan<byte> facet, HybridTimestamp time)
    {
        var draft = prepared.Draft;
        var next = sequence + 1;
        var length = Encoder.GetRecordLength(draft, facet.Length);
        if (scratch.Length < length)
        {
            scratch = GC.AllocateUninitializedArray<byte>(Math.Max(length, scratch.Length * 2));
        }

        var written = Encoder.Encode(scratch, draft, facet, epoch, next, time, out var action);
        Log.Enqueue(next, time, scratch.AsSpan(0, written));
        Advance(next, time, Synthesis.Synthesize(root, action));
        Apply(new AppliedDelta(next, time, draft.Kind, draft.Payload, facet, draft.Context.Causes, draft.Context.Metadata, written));
        if (draft.Context.Operation is { } operation)
        {
            operations.Add(new OperationEntry(operation.Key, prepared.Salt, HashBody(prepared.Salt.Span, operation.BodyDigest), next, time, root));
        }

        CutWhenLarge(written);

        // A large delta must not pin its buffer for the life of the agent.
        if (scratch.Length > 1 << 20)
        {
            scratch = new byte[2_048];
        }
    }

    /// <summary>The operation of an earlier write with this stamp, or null when it is new. Under the gate.</summary>
    /// <exception cref="Errors.TemporalException">Invalid, <c>idempotency_key_reused</c>: the same key came with another body.</exception>
    private protected OperationEntry? FindOperation(OperationStamp? stamp)
    {
        var entry = FindOperationByKey(stamp);
        return entry is null || IsSameBody(entry, stamp!) ? entry : throw Reused();
    }

    /// <summary>The operation of an earlier write with the same idempotency key, whatever its body was. Under the gate.</summary>
    private protected OperationEntry? FindOperationByKey(OperationStamp? stamp) =>
        stamp is not null && operations.TryFind(stamp.Key, Services.Clock.Last, out var entry) ? entry : null;

    /// <summary>Whether an operation came with this body. Of an erased request nothing is known but that it was there.</summary>
    private protected static bool IsSameBody(OperationEntry entry, OperationStamp stamp) =>
        entry.Salt.IsEmpty || HashBody(entry.Salt.Span, stamp.BodyDigest) == entry.BodyHash;

    /// <summary>The refusal of an idempotency key that came with another body before.</summary>
    private protected static Errors.TemporalException Reused() =>
        new(Errors.ErrorKind.Invalid, Errors.ErrorCodes.IdempotencyKeyReused, "This idempotency key was used with another body.") { Field = "Idempotency-Key" };

    /// <summary>Forgets what the requests of erased deltas were. Under the gate.</summary>
    private protected void EraseOperations(IReadOnlySet<long> sequences) => operations.EraseBodies(sequences);

    private static Distinction HashBody(ReadOnlySpan<byte> salt, in Distinction bodyDigest)
    {
        Span<byte> digest = stackalloc byte[Distinction.Size];
        bodyDigest.CopyTo(digest);
        return TaggedHash.Hash(HashTag.Operation, salt, digest);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Advance(long newSequence, HybridTimestamp time, in Distinction newRoot)
    {
        sequence = newSequence;
        systemTime = time;
        root = newRoot;
    }

    private void CutWhenLarge(int recordBytes)
    {
        if (generationBytes == 0)
        {
            generationFirstTime = systemTime;
        }

        generationBytes += recordBytes;
        if (generationBytes >= Services.Options.GenerationBytesMax || IsCutDue)
        {
            Cut();
        }
    }

    // Under the gate.
    private void Cut()
    {
        var (facetState, memory) = CutGeneration(sequence);
        due.Add(new Generation
        {
            First = generationFirst,
            Last = sequence,
            Root = root,
            FirstTime = generationFirstTime,
            RecordBytes = generationBytes,
            SystemTime = systemTime,
            FacetState = facetState,
            Memory = memory,
        });
        generationFirst = sequence + 1;
        generationBytes = 0;
    }
}
