using System.Runtime.InteropServices;

namespace OrleansTemporal.Benchmarks.Kv;

/// <summary>How much of the processor the present thread has had: Linux' <c>CLOCK_THREAD_CPUTIME_ID</c>, to the nanosecond.</summary>
internal static partial class ThreadClock
{
    private const int ThreadTime = 3;

    public static TimeSpan Read()
    {
        Marshal.ThrowExceptionForHR(GetTime(ThreadTime, out var time) == 0 ? 0 : Marshal.GetHRForLastWin32Error());
        return TimeSpan.FromSeconds(time.Seconds) + TimeSpan.FromMicroseconds(time.Nanoseconds / 1_000.0);
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int GetTime(int clock, out Time time);

    [StructLayout(LayoutKind.Sequential)]
    private struct Time
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
