using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Storage.Local;

/// <summary>
/// The right to a data folder: an advisory lock on its file <c>lock</c> that ends with the process, however it ends,
/// so a crash never leaves it behind. The file stays; what counts is who holds it.
/// </summary>
public sealed class FolderLock : IDisposable
{
    private const string FileName = "lock";
    private readonly SafeFileHandle file;

    private FolderLock(SafeFileHandle file) => this.file = file;

    /// <summary>Takes the lock of a folder, which is there already.</summary>
    /// <param name="folder">Path of the data folder.</param>
    /// <exception cref="TemporalException">Conflict, <c>folder_locked</c>, when another opener holds it; Unavailable, <c>storage_failed</c>, when the file can't be opened.</exception>
    public static FolderLock Acquire(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var path = Path.Combine(Path.GetFullPath(folder), FileName);
        SafeFileHandle? file = null;
        try
        {
            // Windows locks by the sharing mode. Elsewhere flock is called here, because the runtime's own use of it can
            // be switched off by an environment variable.
            var share = OperatingSystem.IsWindows() ? FileShare.None : FileShare.ReadWrite | FileShare.Delete;
            file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, share);
            if (!OperatingSystem.IsWindows() && !LibC.TryLock(file))
            {
                file.Dispose();
                throw Locked(folder, null);
            }

            // For people who look; nothing reads it.
            RandomAccess.Write(file, Encoding.ASCII.GetBytes(Environment.ProcessId.ToString("D10", CultureInfo.InvariantCulture) + "\n"), 0);
            return new FolderLock(file);
        }
        catch (Exception exception) when (LocalStorageErrors.IsStorageFailure(exception))
        {
            file?.Dispose();
            throw IsSharingViolation(exception) ? Locked(folder, exception) : LocalStorageErrors.Classify(exception, "lock", path);
        }
    }

    /// <summary>Gives the folder free.</summary>
    public void Dispose() => file.Dispose();

    // Opening takes a shared flock of the runtime's own, so a second opener may already be refused there.
    private static bool IsSharingViolation(Exception exception) => exception is IOException
        && (OperatingSystem.IsWindows() || exception.HResult is LibC.WouldBlockLinux or LibC.WouldBlockMac);

    private static TemporalException Locked(string folder, Exception? exception) => new(
        ErrorKind.Conflict,
        ErrorCodes.FolderLocked,
        $"The data folder {folder} is in use by another process or another database of this one.",
        exception);
}
