using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace OrleansTemporal.Storage.Local;

/// <summary>
/// Writes whole blocks of a file past the page cache (docs/decisions/0046-small-groups-past-the-page-cache.md). Makes nothing
/// durable by itself. For one writer at a time.
/// </summary>
internal sealed unsafe class DirectWrites : IDisposable
{
    /// <summary>Offsets and lengths are multiples of this.</summary>
    public const int BlockBytes = 4 << 10;

    /// <summary>Longest write. Larger ones gain less, and what reads them soon again would have to get them from the disk.</summary>
    public const int BytesMax = 4 * BlockBytes;

    private const int InvalidArgumentErrno = 22;

    private readonly SafeFileHandle handle;
    private byte* buffer = (byte*)NativeMemory.AlignedAlloc(BytesMax, BlockBytes);
    private bool isRefused;

    private DirectWrites(SafeFileHandle handle) => this.handle = handle;

    /// <summary>Gives the buffer back when nobody disposed of it.</summary>
    ~DirectWrites() => Free();

    /// <summary>Opens a file that is there for such writes; null where the system or its file system has none.</summary>
    public static DirectWrites? TryOpen(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        if (LibC.TryMakeDirect(handle))
        {
            return new DirectWrites(handle);
        }

        handle.Dispose();
        return null;
    }

    /// <summary>Writes whole blocks; false, and nothing is written, when the file system does not take them.</summary>
    public bool TryWrite(long offset, ReadOnlySpan<byte> blocks)
    {
        if (isRefused)
        {
            return false;
        }

        var aligned = new Span<byte>(buffer, BytesMax)[..blocks.Length];
        blocks.CopyTo(aligned);
        try
        {
            RandomAccess.Write(handle, aligned, offset);
            return true;
        }
        catch (IOException exception) when (exception.HResult == InvalidArgumentErrno)
        {
            isRefused = true;
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        handle.Dispose();
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        NativeMemory.AlignedFree(buffer);
        buffer = null;
    }
}
