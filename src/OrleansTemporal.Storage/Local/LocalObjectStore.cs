using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Formats;
using OrleansTemporal.Storage.Hosting;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Local;

/// <summary>
/// Objects as files below <c>objects/</c>. An object is written under a temporary name, flushed, renamed, and its folder
/// flushed, so that a crash leaves it whole or absent; leftovers of a crash are removed at open. The folder's lock makes
/// this process the only one, so a lock per path is enough for compare-and-swap.
/// </summary>
public sealed partial class LocalObjectStore : IObjectStore, IDisposable
{
    /// <summary>Largest object that <see cref="GetAsync"/> and <see cref="PutIfMatchAsync"/> take: 64 MiB.</summary>
    public const int SmallObjectBytesMax = 64 << 20;

    /// <summary>Files kept open for reading when the caller names no number.</summary>
    public const int OpenFilesDefault = 256;

    private const string ObjectFolder = "objects";
    private const string TemporaryFolder = "tmp";
    private readonly IFileSystem files;
    private readonly OpenFileCache openFiles;
    private readonly PathLocks locks;
    private readonly DurableFolders folders;
    private long lastTemporary;

    private LocalObjectStore(IFileSystem files, IWorkScheduler scheduler, int openFilesMax)
    {
        locks = new(scheduler);
        this.files = files;
        openFiles = new(files, openFilesMax);
        folders = new(files);
    }

    /// <summary>Opens the store and removes what a crash left half-written.</summary>
    /// <param name="files">The data folder.</param>
    /// <param name="scheduler">Where callers that waited for a path go on; the thread pool when null.</param>
    /// <param name="openFilesMax">Most files kept open for reading.</param>
    /// <exception cref="TemporalException">Unavailable, <c>storage_failed</c>.</exception>
    public static async ValueTask<LocalObjectStore> OpenAsync(
        IFileSystem files, IWorkScheduler? scheduler = null, int openFilesMax = OpenFilesDefault, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentOutOfRangeException.ThrowIfLessThan(openFilesMax, 1);
        try
        {
            foreach (var leftover in await files.ListAsync(TemporaryFolder, recursive: true, cancellationToken).ConfigureAwait(false))
            {
                await files.DeleteAsync(leftover.Path, cancellationToken).ConfigureAwait(false);
            }

            // What the process before renamed out of the folder, or left there, a loss of power could bring back.
            await files.FlushFolderAsync(TemporaryFolder, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (StoredBytes.IsFailure(exception))
        {
            throw StoredBytes.Failed(TemporaryFolder, "clean", exception);
        }

        return new(files, scheduler ?? new ThreadPoolWorkScheduler(), openFilesMax);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ObjectInfo> ListAsync(
        string prefix, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // A prefix may end within a name: the folder above it is listed and the names are filtered.
        var slash = prefix.LastIndexOf('/');
        var folder = slash < 0 ? ObjectFolder : FileOf(prefix[..slash]);
        IReadOnlyList<ObjectInfo> found;
        try
        {
            found = await files.ListAsync(folder, recursive: true, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (StoredBytes.IsFailure(exception))
        {
            throw StoredBytes.Failed(prefix, "list", exception);
        }

        var objects = new List<ObjectInfo>(found.Count);
        foreach (var file in found)
        {
            var path = file.Path[(ObjectFolder.Length + 1)..];
            if (path.StartsWith(prefix, StringComparison.Ordinal))
            {
                objects.Add(new(path, file.LengthBytes));
            }
        }

        objects.Sort(static (left, right) => string.CompareOrdinal(left.Path, right.Path));
        foreach (var item in objects)
        {
            yield return item;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DeleteAsync(string path, CancellationToken cancellationToken)
    {
        using var held = await locks.EnterAsync(path, cancellationToken).ConfigureAwait(false);
        openFiles.Forget(FileOf(path));
        try
        {
            await files.DeleteAsync(FileOf(path), cancellationToken).ConfigureAwait(false);
            await files.FlushFolderAsync(FolderOf(FileOf(path)), cancellationToken).ConfigureAwait(false);
            if (Interlocked.Read(ref lastTemporary) > 0)
            {
                // The object was renamed out of this folder, which a loss of power may undo; then it would be there again.
                await files.FlushFolderAsync(TemporaryFolder, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (StoredBytes.IsFailure(exception))
        {
            throw StoredBytes.Failed(path, "remove", exception, outcomeUnknown: true);
        }
    }

    /// <summary>A local disk has one storage class: does nothing.</summary>
    public ValueTask SetTierAsync(string path, StorageTier tier, CancellationToken cancellationToken) => default;

    /// <summary>Closes the files.</summary>
    public void Dispose()
    {
        openFiles.Dispose();
    }

    private static string FileOf(string path) => $"{ObjectFolder}/{path}";

    private static string FolderOf(string file) => file[..file.LastIndexOf('/')];

    private string NextTemporary() => $"{TemporaryFolder}/{Interlocked.Increment(ref lastTemporary):x16}";
}
