using System.Collections.Immutable;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;

namespace OrleansTemporal.Lineage;

/// <summary>
/// What an agent knows of lineage: its own writes with their causes, and, from an index over its own writes only, which of
/// them follow from a write of any agent and which of its documents refer to another. Whoever wants all effects of a write
/// asks all agents.
/// </summary>
public interface ILineageAgent : IAgent
{
    /// <summary>Writes of this agent by id, in the order asked; null for one that is not there, or was not at that moment. Completes when what it answers is durable.</summary>
    /// <param name="writes">1 to <see cref="Limits.LineageBatchMax"/> ids.</param>
    /// <param name="asOf">An instant; or the newest state.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    ValueTask<ImmutableArray<LineageWrite?>> GetWritesAsync(ImmutableArray<WriteId> writes, AsOf asOf, CancellationToken cancellationToken);

    /// <summary>Writes of this agent that follow from others. Cost: a look-up for each cause, and the rows; never a scan of the log.</summary>
    ValueTask<LineageEffectPage> GetEffectsAsync(LineageEffectQuery query, CancellationToken cancellationToken);

    /// <summary>References that live documents of this agent hold. Cost: the entries of the index that are passed, and a look-up of the key for each.</summary>
    ValueTask<LineageReferencePage> GetReferencesAsync(LineageReferenceQuery query, CancellationToken cancellationToken);
}
