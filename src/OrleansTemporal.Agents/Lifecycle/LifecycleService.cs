using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using OrleansTemporal.Agents;
using OrleansTemporal.Catalog;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Operations;
using OrleansTemporal.Storage.Hosting;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Lifecycle;

/// <summary>
/// Runs what moves the data of a workspace through its tiers, as its policy says: when it is due, or when somebody asks.
/// A run that is cut short, at any point, is taken up by the next one: every step of an agent is done or it is not.
/// </summary>
public sealed partial class LifecycleService : ILifecycle, IAsyncDisposable
{
    private readonly IAgentDirectory directory;
    private readonly AgentServices services;
    private readonly AccessGate access;
    private readonly WorkspaceService workspaces;
    private readonly AgentService agents;
    private readonly GenomeService genomes;
    private readonly OperationService operations;
    private readonly PriceTable? prices;
    private readonly TurnGate running;
    private readonly CancellationTokenSource stopping = new();
    private readonly ILogger logger;

    internal LifecycleService(
        IAgentDirectory directory,
        AgentServices services,
        AccessGate access,
        WorkspaceService workspaces,
        AgentService agents,
        GenomeService genomes,
        OperationService operations,
        PriceTable? prices)
    {
        this.directory = directory;
        this.services = services;
        this.access = access;
        this.workspaces = workspaces;
        this.agents = agents;
        this.genomes = genomes;
        this.operations = operations;
        this.prices = prices;
        running = new TurnGate(services.Scheduler);
        logger = services.Loggers.CreateLogger<LifecycleService>();
    }

    /// <inheritdoc/>
    public async ValueTask<LifecycleState> GetAsync(CallContext call, string workspace, CancellationToken cancellationToken)
    {
        await access.EnterAsync(call, new Resource(workspace, AgentKind.Lifecycle, "policy"), Verb.Read, cancellationToken).ConfigureAwait(false);
        await workspaces.FindAsync(workspace, cancellationToken).ConfigureAwait(false);
        return await FindAsync(workspace, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<Receipt> SetPolicyAsync(CallContext call, string workspace, LifecyclePolicy policy, CancellationToken cancellationToken)
    {
        await access.EnterAsync(call, new Resource(workspace, AgentKind.Lifecycle, "policy"), Verb.Admin, cancellationToken).ConfigureAwait(false);
        await workspaces.FindAsync(workspace, cancellationToken).ConfigureAwait(false);
        LifecyclePolicyJson.Validate(policy);
        var json = new System.Buffers.ArrayBufferWriter<byte>();
        LifecyclePayload.Write(json, policy);
        var change = new LifecyclePolicyChange
        {
            Policy = policy,
            Operation = OperationStamps.Of(call, "put", $"lifecycle/{workspace}/policy", json.WrittenSpan),
            Actor = call.Principal.Name,
        };
        return await (await EnsureAsync(workspace, cancellationToken).ConfigureAwait(false)).SetPolicyAsync(change, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Runs a process to its end. One run at a time in a process.</summary>
    /// <param name="call">Who asks; needs the right to administer the workspace, or to read it for a dry run.</param>
    /// <param name="workspace">Whose data is moved.</param>
    /// <param name="process">What runs.</param>
    /// <param name="isDryRun">True to say what would be done and change nothing.</param>
    /// <param name="progress">Told how far it is; may be null.</param>
    /// <param name="cancellationToken">Ends the run between two steps.</param>
    /// <returns>What it came to.</returns>
    public async ValueTask<LifecycleReport> RunAsync(
        CallContext call, string workspace, LifecycleProcess process, bool isDryRun, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        await access.EnterAsync(call, new Resource(workspace, AgentKind.Lifecycle, LifecycleProcesses.NameOf(process)), isDryRun ? Verb.Read : Verb.Admin, cancellationToken)
            .ConfigureAwait(false);
        await workspaces.FindAsync(workspace, cancellationToken).ConfigureAwait(false);
        await running.EnterAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var report = process switch
            {
                LifecycleProcess.Genome => await ExtractAsync(workspace, isDryRun, cancellationToken).ConfigureAwait(false),
                LifecycleProcess.Distillation => await DistillAsync(workspace, isDryRun, call.Principal.Name, progress, cancellationToken).ConfigureAwait(false),
                _ => await ConsolidateAsync(workspace, isDryRun, progress, cancellationToken).ConfigureAwait(false),
            };
            if (!isDryRun)
            {
                ended[(workspace, process)] = services.Time.GetUtcNow();
            }

            return report;
        }
        finally
        {
            running.Exit();
        }
    }

    /// <summary>Ends what runs after its present step.</summary>
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        await running.EnterAsync(CancellationToken.None).ConfigureAwait(false);
        running.Exit();
        stopping.Dispose();
    }

    // A workspace that nobody has set anything for has no lifecycle agent, and needs none.
    internal async ValueTask<LifecycleState> FindAsync(string workspace, CancellationToken cancellationToken)
    {
        var id = SystemAgents.LifecycleOf(workspace);
        var entry = await directory.Get<ICatalogAgent>(SystemAgents.CatalogOf(workspace)).FindAsync(id.Kind, id.Name, AsOf.Latest, cancellationToken).ConfigureAwait(false);
        return entry is null
            ? new LifecycleState { Policy = LifecyclePolicy.Default }
            : await directory.Get<ILifecycleAgent>(id).GetAsync(cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<ILifecycleAgent> EnsureAsync(string workspace, CancellationToken cancellationToken)
    {
        var id = SystemAgents.LifecycleOf(workspace);
        var change = new CatalogChange { Kind = id.Kind, Name = id.Name, OnlyIfAbsent = true };
        await directory.Get<ICatalogAgent>(SystemAgents.CatalogOf(workspace)).ChangeAsync(change, cancellationToken).ConfigureAwait(false);
        return directory.Get<ILifecycleAgent>(id);
    }

    private async ValueTask<LifecycleReport> ExtractAsync(string workspace, bool isDryRun, CancellationToken cancellationToken)
    {
        var genome = await genomes.GetAsync(CallContext.Local, workspace, cancellationToken).ConfigureAwait(false);
        var counts = ImmutableSortedDictionary.Create<string, long>(StringComparer.Ordinal)
            .Add("agents", genome.Agents.Length)
            .Add("deltas", genome.Agents.Sum(static agent => agent.Sequence));
        if (!isDryRun)
        {
            await RecordAsync(workspace, new LifecycleRun { Process = LifecycleProcess.Genome, Counts = counts, Digest = genome.Digest }, cancellationToken).ConfigureAwait(false);
        }

        return new LifecycleReport { Counts = counts };
    }

    private async ValueTask<LifecycleReport> ConsolidateAsync(
        string workspace, bool isDryRun, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        var policy = (await FindAsync(workspace, cancellationToken).ConfigureAwait(false)).Policy;
        var order = OrderOf(policy) with { IsDryRun = isDryRun };
        var ids = await agents.ListIdsAsync(workspace, cancellationToken).ConfigureAwait(false);
        var sum = new CoolReport();
        for (var i = 0; i < ids.Count; i++)
        {
            sum = sum.And(await CoolAsync(directory.Get<IAgent>(ids[i]), order, policy.BytesPerSecondMax, cancellationToken).ConfigureAwait(false));
            progress?.Report((i + 1.0) / ids.Count);
        }

        var counts = CountsOf(sum, ids.Count);
        if (!isDryRun && sum.PackedSegments + sum.PromotedSegments > 0)
        {
            await RecordAsync(workspace, new LifecycleRun { Process = LifecycleProcess.Consolidation, Counts = counts }, cancellationToken).ConfigureAwait(false);
        }

        return new LifecycleReport
        {
            Counts = counts,
            Savings = LifecycleSavings.Of(sum.BytesBefore - sum.BytesAfter, sum.Before, sum.After, sum.PackedSegments + sum.PromotedSegments, prices),
        };
    }

    private async ValueTask<CoolReport> CoolAsync(IAgent agent, CoolOrder order, long? bytesPerSecondMax, CancellationToken cancellationToken)
    {
        var sum = new CoolReport();
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
            var step = await agent.CoolAsync(order, cancellationToken).ConfigureAwait(false);
            sum = sum.And(step);
            if (bytesPerSecondMax is { } rate && step.BytesBefore > 0 && !order.IsDryRun)
            {
                await Task.Delay(TimeSpan.FromSeconds((double)step.BytesBefore / rate), services.Time, cancellationToken).ConfigureAwait(false);
            }
        }
        while (sum.HasMore);

        return sum;
    }

    private CoolOrder OrderOf(LifecyclePolicy policy)
    {
        var now = services.Clock.Next().Milliseconds;
        return new CoolOrder
        {
            WarmBefore = Before(policy.Tiers.Hot),
            ColdBefore = Before(policy.Tiers.Warm),
            DeepBefore = Before(policy.Tiers.Cold),
            Heat = policy.Heat,
        };

        HybridTimestamp Before(TimeSpan age) => HybridTimestamp.FromMilliseconds(Math.Max(0, now - (long)age.TotalMilliseconds));
    }

    private async ValueTask RecordAsync(string workspace, LifecycleRun run, CancellationToken cancellationToken) =>
        await (await EnsureAsync(workspace, cancellationToken).ConfigureAwait(false)).RecordAsync(run, cancellationToken).ConfigureAwait(false);

    private static ImmutableSortedDictionary<string, long> CountsOf(CoolReport sum, int agentCount) =>
        ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal,
        [
            KeyValuePair.Create("agents", (long)agentCount),
            KeyValuePair.Create("sealedDeltas", sum.SealedDeltas),
            KeyValuePair.Create("packedSegments", (long)sum.PackedSegments),
            KeyValuePair.Create("promotedSegments", (long)sum.PromotedSegments),
            KeyValuePair.Create("bytesBefore", sum.BytesBefore),
            KeyValuePair.Create("bytesAfter", sum.BytesAfter),
        ]);
}
