using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using OrleansTemporal.Causality;
using OrleansTemporal.Vectors;

namespace OrleansTemporal.Targets;

internal sealed partial class FolderTarget
{
    public async Task<bool> CreateCollectionAsync(string collection, VectorSettings settings, CancellationToken cancellationToken) =>
        (await database.VectorService.PutCollectionAsync(Call, workspace, collection, settings, cancellationToken)).Created;

    public async Task WriteVectorsAsync(string collection, ImmutableArray<VectorOperation> operations, ImmutableArray<WriteId> causes, CancellationToken cancellationToken) =>
        await database.VectorService.BatchAsync(Call, workspace, collection, operations, causes, cancellationToken);

    public async IAsyncEnumerable<VectorOperation> VectorsAsync(string collection, AsOf asOf, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        VectorListCursor? cursor = null;
        do
        {
            var page = await database.VectorService.ListAsync(Call, workspace, collection, cursor, Limits.PageCountMax, asOf, cancellationToken);
            foreach (var version in page.Versions)
                yield return new VectorOperation { Id = version.Id, Vector = version.Vector, Metadata = version.Metadata };
            cursor = page.Next;
        }
        while (cursor is not null);
    }

    public async Task<VectorAnswer> SearchVectorsAsync(string collection, VectorQuery query, CancellationToken cancellationToken) =>
        await database.VectorService.SearchAsync(Call, workspace, collection, query, cancellationToken);
}
