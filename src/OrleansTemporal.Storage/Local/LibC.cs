using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace OrleansTemporal.Storage.Local;

/// <summary>
/// The calls of the C library that .NET has no name for: fdatasync (cheaper than the fsync behind
/// <see cref="RandomAccess.FlushToDisk"/>, since it leaves times out), flushing a folder, and flock.
/// </summary>
internal static partial class LibC
{
    /// <summary>EWOULDBLOCK, as each system numbers it.</summary>
    public const int WouldBlockLinux = 11;

    /// <inheritdoc cref="WouldBlockLinux"/>
    public const int WouldBlockMac = 35;

    private const int InterruptedErrno = 4;
    private const int LockExclusiveNonBlocking = 2 | 4;
    private const int OpenReadOnly = 0;
    private const int OpenDirect = 0x4000;
    private const int OpenDirectArm = 0x10000;
    private const int GetFlags = 3;
    private const int SetFlags = 4;
    private const int OpenCloseOnExecLinux = 0x80000;

    /// <summary>Makes the bytes of a file durable, with the metadata that is needed to read them back.</summary>
    public static void FlushData(SafeFileHandle file)
    {
        if (!OperatingSystem.IsLinux())
        {
            RandomAccess.FlushToDisk(file);
            return;
        }

        while (fdatasync(file) != 0)
        {
            ThrowUnlessInterrupted("fdatasync");
        }
    }

    /// <summary>Makes the names in a folder durable. Windows has no such call and orders its metadata itself.</summary>
    public static void FlushFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var descriptor = open(path, OpenReadOnly | (OperatingSystem.IsLinux() ? OpenCloseOnExecLinux : 0));
        if (descriptor < 0)
        {
            throw Failure("open", Marshal.GetLastPInvokeError());
        }

        using var folder = new SafeFileHandle(descriptor, ownsHandle: true);
        while (fsync(folder) != 0)
        {
            ThrowUnlessInterrupted("fsync");
        }
    }

    /// <summary>Sets O_DIRECT on an open file; false where the file system has no such writes. For Linux.</summary>
    public static bool TryMakeDirect(SafeFileHandle file)
    {
        var direct = RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm ? OpenDirectArm : OpenDirect;
        var flags = fcntl(file, GetFlags, 0);
        return flags >= 0 && fcntl(file, SetFlags, flags | direct) >= 0;
    }

    /// <summary>Takes the advisory lock of an open file; false when another open file holds it.</summary>
    public static bool TryLock(SafeFileHandle file)
    {
        while (flock(file, LockExclusiveNonBlocking) != 0)
        {
            if (Marshal.GetLastPInvokeError() is WouldBlockLinux or WouldBlockMac)
            {
                return false;
            }

            ThrowUnlessInterrupted("flock");
        }

        return true;
    }

    private static void ThrowUnlessInterrupted(string call)
    {
        var error = Marshal.GetLastPInvokeError();
        if (error != InterruptedErrno)
        {
            throw Failure(call, error);
        }
    }

    private static IOException Failure(string call, int error) =>
        new($"{call}: {Marshal.GetPInvokeErrorMessage(error)}", error);

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int fdatasync(SafeFileHandle file);

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int fsync(SafeFileHandle file);

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int fcntl(SafeFileHandle file, int command, int argument);

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int flock(SafeFileHandle file, int operation);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int open(string path, int flags);
}
