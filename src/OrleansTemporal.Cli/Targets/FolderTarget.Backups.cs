using System.Collections.Immutable;
using OrleansTemporal.Backups;
using OrleansTemporal.Lifecycle;

namespace OrleansTemporal.Targets;

internal sealed partial class FolderTarget
{
    public async Task<Verification> BackUpAsync(string to, IProgress<double> progress, CancellationToken cancellationToken)
    {
        using var folder = await BackupFolder.OpenAsync(Path.GetFullPath(to), cancellationToken);
        return Describe(await database.Backups.BackUpAsync(Call, workspace, folder.Objects, progress, cancellationToken));
    }

    public async Task<Verification> RestoreAsync(string from, IProgress<double> progress, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(from))
            throw new Errors.TemporalException(Errors.ErrorKind.NotFound, Errors.ErrorCodes.BackupNotFound, $"There is no folder '{from}'.");
        using var folder = await BackupFolder.OpenAsync(Path.GetFullPath(from), cancellationToken);
        return Describe(await database.Backups.RestoreAsync(Call, workspace, folder.Objects, progress, cancellationToken));
    }

    public async Task<WorkspaceGenome> GenomeAsync(CancellationToken cancellationToken) => await database.Genome.GetAsync(Call, workspace, cancellationToken);

    private static Verification Describe(BackupReport report) => new(
        true,
        ImmutableSortedDictionary.CreateRange(
            StringComparer.Ordinal,
            [
                KeyValuePair.Create("agents", (long)report.Agents.Length),
                KeyValuePair.Create("deltas", report.DeltaCount),
                KeyValuePair.Create("objectsCopied", report.ObjectsCopied),
                KeyValuePair.Create("bytesCopied", report.BytesCopied),
                KeyValuePair.Create("objectsKept", report.ObjectsKept),
                KeyValuePair.Create("objectsRemoved", report.ObjectsRemoved),
            ]),
        null);
}
