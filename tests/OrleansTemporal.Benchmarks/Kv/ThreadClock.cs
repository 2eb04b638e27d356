using System.Runtime.InteropServices;
using OrleansTemporal.Kv;

namespace OrleansTemporal.Benchmarks.Kv;

/// <summary>
/// What the present thread has had of the processor: Linux' <c>CLOCK_THREAD_CPUTIME_ID</c>, to the nanosecond, and the switches
/// that <c>getrusage(RUSAGE_THREAD)</c> counts.
/// </summary>
internal static partial class ThreadClock
{
    private const int ThreadTime = 3;
    private const int OfThread = 1;

    public static ThreadShare Read()
    {
        Marshal.ThrowExceptionForHR(GetUsage(OfThread, out var usage) == 0 ? 0 : Marshal.GetHRForLastWin32Error());
        return new ThreadShare(ReadTime(), usage.SwitchesByItself + usage.SwitchesByOthers);
    }

    private static TimeSpan ReadTime()
    {
        Marshal.ThrowExceptionForHR(GetTime(ThreadTime, out var time) == 0 ? 0 : Marshal.GetHRForLastWin32Error());
        return TimeSpan.FromSeconds(time.Seconds) + TimeSpan.FromMicroseconds(time.Nanoseconds / 1_000.0);
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int GetTime(int clock, out Time time);

    [LibraryImport("libc", EntryPoint = "getrusage", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int GetUsage(int who, out Usage usage);

    // Two times and fourteen numbers, of which these are the last two.
    [StructLayout(LayoutKind.Explicit, Size = 144)]
    private struct Usage
    {
        [FieldOffset(128)]
        public long SwitchesByItself;

        [FieldOffset(136)]
        public long SwitchesByOthers;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Time
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
