using System.Collections.Immutable;
using System.Text;
using OrleansTemporal.Agents;
using OrleansTemporal.Catalog;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Operations;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Timelines;

/// <summary>
/// Timelines by name. Written once against <see cref="IAgentDirectory"/>, so it serves a process, a silo and a cluster client
/// alike. A timeline is one agent, named in the catalog before its first delta. Thread-safe.
/// </summary>
public sealed partial class TimelineService
{
    private readonly IAgentDirectory directory;
    private readonly AccessGate access;
    private readonly WorkspaceService workspaces;

    /// <summary>Makes the facade over a directory.</summary>
    public TimelineService(IAgentDirectory directory, AccessGate access, WorkspaceService workspaces)
    {
        this.directory = directory;
        this.access = access;
        this.workspaces = workspaces;
    }

    /// <summary>Makes a timeline, or gives it another policy or other metadata.</summary>
    /// <exception cref="TemporalException">NotFound, <c>workspace_not_found</c>; Conflict, <c>dimensions_fixed</c>; Invalid, <c>invalid_field</c>.</exception>
    public async ValueTask<Receipt> DefineAsync(CallContext call, string workspace, string name, TimelineDefinition definition, CancellationToken cancellationToken)
    {
        await EnterAsync(call, workspace, name, Verb.Admin, cancellationToken).ConfigureAwait(false);
        TimelineJson.Validate(definition);
        var bytes = TimelineJson.ToBytes(definition);
        await access.ChargeAsync(workspace, bytes.Length, cancellationToken).ConfigureAwait(false);
        await directory.Get<ICatalogAgent>(SystemAgents.CatalogOf(workspace))
            .ChangeAsync(new CatalogChange { Kind = AgentKind.Timelines, Name = name, OnlyIfAbsent = true, Actor = call.Principal.Name }, cancellationToken).ConfigureAwait(false);
        var define = new TimelineDefine
        {
            Definition = definition,
            Operation = OperationStamps.Of(call, "put", $"timelines/{workspace}/{name}", bytes),
            Actor = call.Principal.Name,
        };
        return await AgentOf(workspace, name).DefineAsync(define, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Whether there is a timeline of a name.</summary>
    /// <exception cref="TemporalException">NotFound, <c>workspace_not_found</c>; Invalid, <c>invalid_name</c>.</exception>
    public async ValueTask<bool> IsDefinedAsync(CallContext call, string workspace, string name, CancellationToken cancellationToken)
    {
        await EnterAsync(call, workspace, name, Verb.Read, cancellationToken).ConfigureAwait(false);
        var entry = await directory.Get<ICatalogAgent>(SystemAgents.CatalogOf(workspace)).FindAsync(AgentKind.Timelines, name, AsOf.Latest, cancellationToken).ConfigureAwait(false);
        return entry is { IsRemoved: false } && (await AgentOf(workspace, name).GetInfoAsync(cancellationToken).ConfigureAwait(false)).Definition is not null;
    }

    /// <summary>Names of the timelines of a workspace, in order, behind <paramref name="after"/>.</summary>
    public async ValueTask<ImmutableArray<string>> ListNamesAsync(CallContext call, string workspace, string? after, int limit, CancellationToken cancellationToken)
    {
        await access.EnterAsync(call, new Resource(workspace, AgentKind.Timelines, ""), Verb.Read, cancellationToken).ConfigureAwait(false);
        await workspaces.FindAsync(workspace, cancellationToken).ConfigureAwait(false);
        var entries = await directory.Get<ICatalogAgent>(SystemAgents.CatalogOf(workspace)).ListAsync(AgentKind.Timelines, after, limit, cancellationToken).ConfigureAwait(false);
        return [.. entries.Select(static entry => entry.Name)];
    }

    /// <summary>What a timeline is and has.</summary>
    /// <exception cref="TemporalException">NotFound, <c>timeline_not_found</c>.</exception>
    public async ValueTask<TimelineInfo> GetInfoAsync(CallContext call, string workspace, string name, CancellationToken cancellationToken)
    {
        var info = await (await ReachAsync(call, workspace, name, Verb.Read, cancellationToken).ConfigureAwait(false)).GetInfoAsync(cancellationToken).ConfigureAwait(false);
        return info.Definition is null ? throw NotFound(name) : info;
    }

    /// <summary>Records an observed state or a delta. Durable when it answers, unless the workspace is buffered.</summary>
    public async ValueTask<TimelineWriteResult> WriteAsync(CallContext call, string workspace, string name, TimelineWrite write, CancellationToken cancellationToken)
    {
        var agent = await ReachAsync(call, workspace, name, Verb.Write, cancellationToken).ConfigureAwait(false);
        await access.ChargeAsync(workspace, (write.State.Length + write.Values.Length) * (long)sizeof(float), cancellationToken).ConfigureAwait(false);
        var durability = (await workspaces.FindAsync(workspace, cancellationToken).ConfigureAwait(false)).Durability;
        var body = call.IdempotencyKey is not null && call.BodyDigest.IsZero ? Digest(write) : "";
        write = write with { Operation = Stamp(call, "post", workspace, name, body), Actor = call.Principal.Name, Durability = durability };
        return await agent.WriteAsync(write, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The state at a place of a line.</summary>
    public async ValueTask<TimelineState> GetStateAsync(CallContext call, string workspace, string name, TimelineMoment moment, CancellationToken cancellationToken) =>
        await (await ReachAsync(call, workspace, name, Verb.Read, cancellationToken).ConfigureAwait(false)).GetStateAsync(moment, cancellationToken).ConfigureAwait(false);

    /// <summary>What differs between two places of a line.</summary>
    public async ValueTask<TimelineDiff> DiffAsync(CallContext call, string workspace, string name, TimelineSpan span, CancellationToken cancellationToken) =>
        await (await ReachAsync(call, workspace, name, Verb.Read, cancellationToken).ConfigureAwait(false)).DiffAsync(span, cancellationToken).ConfigureAwait(false);

    /// <summary>The values that one component took.</summary>
    public async ValueTask<TimelineEvolution> EvolveAsync(CallContext call, string workspace, string name, TimelineEvolutionQuery query, CancellationToken cancellationToken) =>
        await (await ReachAsync(call, workspace, name, Verb.Read, cancellationToken).ConfigureAwait(false)).EvolveAsync(query, cancellationToken).ConfigureAwait(false);

    /// <summary>Which components change together over the steps of a line.</summary>
    public async ValueTask<CoOccurrence> FindTogetherAsync(CallContext call, string workspace, string name, CoOccurrenceQuery query, CancellationToken cancellationToken) =>
        await (await ReachAsync(call, workspace, name, Verb.Read, cancellationToken).ConfigureAwait(false)).FindTogetherAsync(query, cancellationToken).ConfigureAwait(false);

    /// <summary>Steps with what they follow from.</summary>
    public async ValueTask<TimelineDeltaPage> ListAsync(CallContext call, string workspace, string name, TimelineDeltaQuery query, CancellationToken cancellationToken) =>
        await (await ReachAsync(call, workspace, name, Verb.Read, cancellationToken).ConfigureAwait(false)).ListAsync(query, cancellationToken).ConfigureAwait(false);

    /// <summary>Makes or removes a branch.</summary>
    public async ValueTask<Receipt> BranchAsync(CallContext call, string workspace, string name, TimelineBranchOrder order, CancellationToken cancellationToken)
    {
        var agent = await ReachAsync(call, workspace, name, Verb.Write, cancellationToken).ConfigureAwait(false);
        return await agent.BranchAsync(order with { Operation = Stamp(call, "branch", workspace, name, order.ToString()), Actor = call.Principal.Name }, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Merges a branch into another.</summary>
    public async ValueTask<TimelineMergeResult> MergeAsync(CallContext call, string workspace, string name, TimelineMergeOrder order, CancellationToken cancellationToken)
    {
        var agent = await ReachAsync(call, workspace, name, Verb.Write, cancellationToken).ConfigureAwait(false);
        return await agent.MergeAsync(order with { Operation = Stamp(call, "merge", workspace, name, order.ToString()), Actor = call.Principal.Name }, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Merges a branch into another, with code of the caller's that decides conflicts. It is told what they are, and what it
    /// decides holds only for them: when either branch has moved meanwhile it is asked again.
    /// </summary>
    public async ValueTask<TimelineMergeResult> MergeAsync(
        CallContext call, string workspace, string name, TimelineMergeOrder order, Func<TimelineConflict, float> decide, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(decide);
        while (true)
        {
            var seen = await MergeAsync(call with { IdempotencyKey = null }, workspace, name, order with { IsDryRun = true }, cancellationToken).ConfigureAwait(false);
            if (seen.ConflictCount > seen.Conflicts.Length)
            {
                throw new TemporalException(ErrorKind.Conflict, ErrorCodes.MergeConflict, $"There are {seen.ConflictCount} conflicts, and at most {seen.Conflicts.Length} are decided one by one.") { Limit = seen.Conflicts.Length };
            }

            try
            {
                var decided = order with
                {
                    DecidedIndices = seen.Conflicts.Select(static conflict => conflict.Index).ToArray(),
                    DecidedValues = seen.Conflicts.Select(decide).ToArray(),
                    IfSourceSequence = seen.SourceSequence,
                    IfIntoSequence = seen.IntoSequence,
                };
                return await MergeAsync(call, workspace, name, decided, cancellationToken).ConfigureAwait(false);
            }
            catch (TemporalException moved) when (moved.Code == ErrorCodes.PreconditionFailed && order.IfSourceSequence is null && order.IfIntoSequence is null)
            {
                continue;
            }
        }
    }

    /// <summary>Restores an earlier state by a new step.</summary>
    public async ValueTask<TimelineWriteResult> RollBackAsync(CallContext call, string workspace, string name, TimelineRollbackOrder order, CancellationToken cancellationToken)
    {
        var agent = await ReachAsync(call, workspace, name, Verb.Write, cancellationToken).ConfigureAwait(false);
        return await agent.RollBackAsync(order with { Operation = Stamp(call, "rollback", workspace, name, order.ToString()), Actor = call.Principal.Name }, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Labels a step.</summary>
    public async ValueTask<Receipt> MarkAsync(CallContext call, string workspace, string name, TimelineMark mark, CancellationToken cancellationToken)
    {
        var agent = await ReachAsync(call, workspace, name, Verb.Write, cancellationToken).ConfigureAwait(false);
        var order = new TimelineMarkOrder { Mark = mark, Operation = Stamp(call, "mark", workspace, name, mark.ToString()), Actor = call.Principal.Name };
        return await agent.MarkAsync(order, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>All labels, oldest first.</summary>
    public async ValueTask<ImmutableArray<TimelineMark>> ListMarksAsync(CallContext call, string workspace, string name, CancellationToken cancellationToken) =>
        await (await ReachAsync(call, workspace, name, Verb.Read, cancellationToken).ConfigureAwait(false)).ListMarksAsync(cancellationToken).ConfigureAwait(false);

    /// <summary>Reads deltas back from storage and holds them against the state.</summary>
    public async ValueTask<TimelineVerifyReport> VerifyAsync(CallContext call, string workspace, string name, long from, long to, CancellationToken cancellationToken) =>
        await (await ReachAsync(call, workspace, name, Verb.Read, cancellationToken).ConfigureAwait(false)).VerifySpanAsync(from, to, cancellationToken).ConfigureAwait(false);

    private async ValueTask EnterAsync(CallContext call, string workspace, string name, Verb verb, CancellationToken cancellationToken)
    {
        await access.EnterAsync(call, new Resource(workspace, AgentKind.Timelines, name), verb, cancellationToken).ConfigureAwait(false);
        Names.Validate(name, "timeline");
        await workspaces.FindAsync(workspace, cancellationToken).ConfigureAwait(false);
    }

    // An agent whose name is in no catalog would hold a log that nobody finds.
    private async ValueTask<ITimelineAgent> ReachAsync(CallContext call, string workspace, string name, Verb verb, CancellationToken cancellationToken)
    {
        await EnterAsync(call, workspace, name, verb, cancellationToken).ConfigureAwait(false);
        var entry = await directory.Get<ICatalogAgent>(SystemAgents.CatalogOf(workspace)).FindAsync(AgentKind.Timelines, name, AsOf.Latest, cancellationToken).ConfigureAwait(false);
        return entry is null ? throw NotFound(name) : AgentOf(workspace, name);
    }

    private ITimelineAgent AgentOf(string workspace, string name) => directory.Get<ITimelineAgent>(new AgentId(workspace, AgentKind.Timelines, name, 0));

    private static OperationStamp? Stamp(CallContext call, string verb, string workspace, string name, string body) =>
        call.IdempotencyKey is null ? null : OperationStamps.Of(call, verb, $"timelines/{workspace}/{name}", Encoding.UTF8.GetBytes(body));

    // Only asked for when the caller sent a key and no digest of its body.
    private static string Digest(TimelineWrite write) =>
        $"{write.Branch}|{write.Id}|{write.Parent}|{write.IsAdditive}|{Hash(write.State)}|{Hash(write.Indices)}|{Hash(write.Values)}|{string.Join(',', write.Metadata)}";

    private static string Hash<T>(ReadOnlyMemory<T> values)
        where T : struct =>
        values.IsEmpty ? "" : Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.Span)));

    private static TemporalException NotFound(string name) => new(ErrorKind.NotFound, ErrorCodes.TimelineNotFound, $"There is no timeline '{name}'.") { Field = "timeline" };
}
