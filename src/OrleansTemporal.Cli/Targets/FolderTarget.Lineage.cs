using OrleansTemporal.Lineage;

namespace OrleansTemporal.Targets;

internal sealed partial class FolderTarget
{
    public async Task<LineageAnswer> AskLineageAsync(LineageQuery query, CancellationToken cancellationToken) =>
        await database.Lineage.AskAsync(Call, workspace, query, cancellationToken);
}
