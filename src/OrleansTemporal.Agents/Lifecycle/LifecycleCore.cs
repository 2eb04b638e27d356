using System.Buffers;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Operations;
using OrleansTemporal.Storage.Manifests;

namespace OrleansTemporal.Lifecycle;

/// <summary>State of a lifecycle agent: the newest policy, the newest run of each process and the operations of a day, folded from the first delta.</summary>
internal sealed partial class LifecycleCore : AgentCore
{
    private const int SaltBytes = 16;

    private readonly SortedDictionary<LifecycleProcess, LifecycleRun> runs = [];
    private readonly OperationRecords operations = new();
    private LifecyclePolicy policy = LifecyclePolicy.Default;
    private long policySequence;

    public LifecycleCore(AgentId id, AgentServices services)
        : base(id, services)
    {
    }

    protected override bool ReplaysFromGenesis => true;

    /// <summary>The newest state, once it is durable.</summary>
    public async ValueTask<LifecycleState> GetAsync(CancellationToken cancellationToken)
    {
        LifecycleState state;
        long mark;
        lock (Gate)
        {
            RequireAlive();
            (state, mark) = (new LifecycleState { Policy = policy, PolicySequence = policySequence, Runs = [.. runs.Values] }, Sequence);
        }

        await Log.WhenDurableAsync(mark, cancellationToken).ConfigureAwait(false);
        return state;
    }

    public async ValueTask<Receipt> WriteAsync(Func<IBufferWriter<byte>, DeltaKind> write, OperationStamp? operation, string actor, CancellationToken cancellationToken)
    {
        var salt = new byte[SaltBytes];
        Services.Salts.Fill(salt);
        var payload = new PayloadBuffer(salt);
        var kind = write(payload);
        var draft = new DeltaDraft(kind, LifecyclePayload.SchemaVersion, payload, new DeltaContext { Operation = operation, Actor = actor });
        var bytes = Encoder.GetRecordLength(draft);
        await Log.ReserveAsync(bytes, cancellationToken).ConfigureAwait(false);
        Receipt receipt;
        var isStaged = false;
        try
        {
            lock (Gate)
            {
                RequireAlive();
                if (FindOperation(operation) is { } earlier)
                {
                    receipt = new Receipt { Agent = Id, Sequence = earlier.Sequence, SystemTime = earlier.SystemTime, Root = earlier.Root, Durability = Durability.Durable };
                }
                else
                {
                    receipt = Stage(new PreparedDelta(draft, salt), default, Durability.Durable);
                    isStaged = true;
                }
            }
        }
        finally
        {
            if (!isStaged)
            {
                Log.Release(bytes);
            }
        }

        await Log.WhenDurableAsync(receipt.Sequence, cancellationToken).ConfigureAwait(false);
        return receipt;
    }

    protected override void Apply(in AppliedDelta delta)
    {
        if (delta.Payload is not { } payload)
        {
            return;
        }

        if (OperationPayload.IsOf(delta.Kind))
        {
            operations.Apply(OperationPayload.Read(payload, delta.Sequence), delta.Sequence, delta.SystemTime);
            return;
        }

        var (changed, run) = LifecyclePayload.Read(payload, delta.Sequence, delta.SystemTime);
        if (changed is not null)
        {
            (policy, policySequence) = (changed, delta.Sequence);
        }

        if (run is not null)
        {
            runs[run.Process] = run;
        }
    }

    protected override void RestoreFacetState(ReadOnlySpan<byte> facetState, Manifest manifest)
    {
    }

    protected override (ReadOnlyMemory<byte> FacetState, object? Memory) CutGeneration(long lastSequence) => (default, null);
}
