using System.Collections.Immutable;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Lineage;

namespace OrleansTemporal.Kv;

public partial class StorageAgent
{
    /// <inheritdoc/>
    public async ValueTask<ImmutableArray<LineageWrite?>> GetWritesAsync(ImmutableArray<WriteId> writes, AsOf asOf, CancellationToken cancellationToken)
    {
        RequireBatch(writes.Length, "writes");
        var core = await GetStorageAsync(cancellationToken).ConfigureAwait(false);
        return await core.GetWritesAsync(writes, asOf, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<LineageEffectPage> GetEffectsAsync(LineageEffectQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        RequireBatch(query.Causes.Length, "causes");
        RequireLimit(query.Limit);
        var core = await GetStorageAsync(cancellationToken).ConfigureAwait(false);
        return await core.GetEffectsAsync(query, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<LineageReferencePage> GetReferencesAsync(LineageReferenceQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        RequireLimit(query.Limit);
        if ((query.Target is { } target && !DocumentReferences.TrySplit(target, out _, out _)) || (!query.After.IsEmpty && !LineageKeys.IsReference(query.After.Span)))
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, "A reference is written namespace/key, and a page begins where another ended.") { Field = "target" };
        }

        var core = await GetStorageAsync(cancellationToken).ConfigureAwait(false);
        return await core.GetReferencesAsync(query, cancellationToken).ConfigureAwait(false);
    }

    private static void RequireBatch(int count, string field)
    {
        if (count is < 1 or > Limits.LineageBatchMax)
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.InvalidField, $"Between 1 and {Limits.LineageBatchMax} writes are asked about at once, not {count}.")
            {
                Field = field,
                Limit = Limits.LineageBatchMax,
            };
        }
    }
}
