using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text.Json;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Vectors;

/// <summary>One collection for code that runs in the same process: what five lines of an example need.</summary>
public sealed class VectorSet(VectorService service, string workspace, string name)
{
    /// <summary>Its name.</summary>
    public string Name => name;

    /// <summary>Makes the collection, unless it is there.</summary>
    /// <exception cref="TemporalException">Conflict, <c>collection_exists</c>: it is there with other settings.</exception>
    public async ValueTask CreateAsync(VectorSettings settings, CancellationToken cancellationToken = default) =>
        await service.PutCollectionAsync(CallContext.Local, workspace, name, settings, cancellationToken).ConfigureAwait(false);

    /// <summary>Writes a vector; what it replaces is there as of earlier moments.</summary>
    public ValueTask<VectorWriteResult> PutAsync(string id, ReadOnlyMemory<float> vector, CancellationToken cancellationToken = default) =>
        service.WriteAsync(CallContext.Local, workspace, name, new VectorOperation { Id = id, Vector = vector }, cancellationToken);

    /// <summary>Writes a vector with metadata, which is serialised with System.Text.Json's web defaults.</summary>
    public ValueTask<VectorWriteResult> PutAsync<T>(string id, ReadOnlyMemory<float> vector, T metadata, CancellationToken cancellationToken = default) =>
        service.WriteAsync(
            CallContext.Local,
            workspace,
            name,
            new VectorOperation { Id = id, Vector = vector, Metadata = JsonSerializer.SerializeToUtf8Bytes(metadata, JsonSerializerOptions.Web) },
            cancellationToken);

    /// <summary>Writes many vectors: in one delta where the collection has one partition, else in one for each that is touched.</summary>
    public ValueTask<VectorBatchResult> PutManyAsync(ImmutableArray<VectorOperation> operations, CancellationToken cancellationToken = default) =>
        service.BatchAsync(CallContext.Local, workspace, name, operations, cancellationToken);

    /// <summary>The vector, or null.</summary>
    public async ValueTask<VectorVersion?> GetAsync(string id, AsOf asOf = default, CancellationToken cancellationToken = default) =>
        (await service.GetAsync(CallContext.Local, workspace, name, id, asOf, cancellationToken).ConfigureAwait(false)).Version;

    /// <summary>All vectors that are there, now or at a moment: partition by partition, each in the order of its writes.</summary>
    public async IAsyncEnumerable<VectorVersion> ListAsync(AsOf asOf = default, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        VectorListCursor? cursor = null;
        do
        {
            var page = await service.ListAsync(CallContext.Local, workspace, name, cursor, Limits.PageCountMax, asOf, cancellationToken).ConfigureAwait(false);
            foreach (var version in page.Versions)
            {
                yield return version;
            }

            cursor = page.Next;
        }
        while (cursor is not null);
    }

    /// <summary>Ends a vector; it is there as of earlier moments.</summary>
    /// <exception cref="TemporalException">NotFound, <c>key_not_found</c>.</exception>
    public ValueTask<VectorWriteResult> DeleteAsync(string id, CancellationToken cancellationToken = default) =>
        service.WriteAsync(CallContext.Local, workspace, name, new VectorOperation { Id = id, IsDelete = true }, cancellationToken);

    /// <summary>The nearest vectors, now or as of a moment.</summary>
    public ValueTask<VectorAnswer> SearchAsync(
        ReadOnlyMemory<float> vector, int count = VectorQuery.CountDefault, AsOf asOf = default, CancellationToken cancellationToken = default) =>
        SearchAsync(new VectorQuery { Vector = vector, Count = count, AsOf = asOf }, cancellationToken);

    /// <inheritdoc cref="SearchAsync(ReadOnlyMemory{float}, int, AsOf, CancellationToken)"/>
    public ValueTask<VectorAnswer> SearchAsync(VectorQuery query, CancellationToken cancellationToken = default) =>
        service.SearchAsync(CallContext.Local, workspace, name, query, cancellationToken);
}
