using System.Runtime.InteropServices;

namespace OrleansTemporal.Storage.Memory;

/// <summary>x</summary>
public static unsafe partial class FreshMemory
{
    private static readonly int Mode = int.Parse(Environment.GetEnvironmentVariable("HP") ?? "0");
    /// <summary>x</summary>
    public static readonly int SlabBytes = int.Parse(Environment.GetEnvironmentVariable("SB") ?? "1") << 20;

    /// <summary>x</summary>
    public static byte[] Allocate(int bytes)
    {
        var array = GC.AllocateUninitializedArray<byte>(bytes);
        if (Mode == 0 || bytes < 1 << 20)
        {
            return array;
        }

        fixed (byte* p = array)
        {
            var start = ((nint)p + 4095) & ~4095;
            var end = ((nint)p + bytes) & ~4095;
            if ((Mode & 1) != 0)
            {
                madvise(start, (nuint)(end - start), 14);
            }

            if ((Mode & 2) != 0)
            {
                madvise(start, (nuint)(end - start), 23);
            }
        }

        return array;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int madvise(nint address, nuint length, int advice);
}
