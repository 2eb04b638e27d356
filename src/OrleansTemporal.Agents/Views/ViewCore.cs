using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Hosting;
using OrleansTemporal.Storage.Manifests;

namespace OrleansTemporal.Views;

/// <summary>
/// State of a view agent. Its log has the definitions that the view had; the rows are derived from the documents and in memory
/// alone, so no value of a document is in any file because of a view. Whoever reads or brings on the rows takes turns.
/// </summary>
internal sealed partial class ViewCore : AgentCore
{
    /// <summary>The partition of the agent that has the indexes of the namespace of its name.</summary>
    public const int IndexPartition = 1;

    private readonly TurnGate turns;
    private readonly ILogger logger;
    private long definedBy;
    private volatile ViewContent? content;
    private volatile ViewPlan? lastPlan;
    private ViewContent? past;
    private long? pastErasures;
    private string? tooLarge;
    private long buildCount;
    private volatile ViewStats stats = new() { RowCount = 0, Bytes = 0, SystemTime = default, KnownFrom = default, ChangeCount = 0, BuildCount = 0 };

    public ViewCore(AgentId id, AgentServices services)
        : base(id, services)
    {
        turns = new TurnGate(services.Scheduler);
        logger = services.Loggers.CreateLogger<ViewCore>();
    }

    protected override bool ReplaysFromGenesis => true;

    private bool IsIndex => Id.Partition == IndexPartition;

    private IAgentDirectory Agents => Services.Directory ?? throw new InvalidOperationException("A view agent is made by a directory.");

    /// <summary>How far it is, as it stands.</summary>
    public ViewStats Stats => stats;

    protected override void Apply(in AppliedDelta delta)
    {
        if (delta.Kind == ViewKinds.Refresh)
        {
            return;
        }

        if (delta.Payload is not { } payload || (delta.Kind != ViewKinds.Form && delta.Kind != ViewKinds.Compose))
        {
            throw Corrupt($"delta {delta.Sequence} is of kind {delta.Kind}, which has no place there");
        }

        try
        {
            using var json = JsonDocument.Parse(payload);
            definedBy = json.RootElement.GetProperty("catalogSequence").GetInt64();
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or FormatException or InvalidOperationException)
        {
            throw new TemporalException(ErrorKind.Corrupt, ErrorCodes.PayloadMalformed, $"Delta {delta.Sequence} of {Id} does not parse.", failure);
        }
    }

    protected override void RestoreFacetState(ReadOnlySpan<byte> facetState, Manifest manifest)
    {
    }

    protected override (ReadOnlyMemory<byte> FacetState, object? Memory) CutGeneration(long lastSequence) => (default, null);

    private protected override void Release()
    {
        content = null;
        past = null;
    }

    /// <summary>Kind and name of what it is over; it knows after the first look.</summary>
    public (AgentKind Kind, string Name)? Source => lastPlan is { } plan ? (plan.Kind, plan.Source) : null;

    private async ValueTask<ViewPlan?> FindPlanAsync(CancellationToken cancellationToken) =>
        lastPlan = await ReadPlanAsync(cancellationToken).ConfigureAwait(false);

    private async ValueTask<ViewPlan?> ReadPlanAsync(CancellationToken cancellationToken)
    {
        if (IsIndex)
        {
            var source = new ViewSource(Agents, Id.Workspace, Id.Name);
            var fields = await source.ListIndexesAsync(cancellationToken).ConfigureAwait(false);
            return fields.IsEmpty ? null : ViewPlan.OfIndexes(Id.Name, fields);
        }

        var chain = await ViewChain.FindAsync(Agents, Id.Workspace, Id.Name, cancellationToken).ConfigureAwait(false);
        return chain is null ? null : ViewPlan.Of(chain);
    }

    private async ValueTask<ViewPlan> RequirePlanAsync(CancellationToken cancellationToken) =>
        await FindPlanAsync(cancellationToken).ConfigureAwait(false) ?? throw ViewRules.NotFound(Id.Name);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Agent} was built from {Documents} documents")]
    private partial void LogBuilt(string agent, long documents);
}
