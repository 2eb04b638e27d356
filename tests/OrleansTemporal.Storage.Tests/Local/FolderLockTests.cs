using System.Diagnostics;
using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Local;

namespace OrleansTemporal.Storage.Tests.Local;

public sealed class FolderLockTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ot-lock");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void second_opener_is_refused_until_the_first_lets_go()
    {
        using (FolderLock.Acquire(folder.FullName))
        {
            var refusal = Assert.Throws<TemporalException>(() => FolderLock.Acquire(folder.FullName));
            Assert.Equal((ErrorKind.Conflict, ErrorCodes.FolderLocked), (refusal.Kind, refusal.Code));
            Assert.Contains(folder.FullName, refusal.Message, StringComparison.Ordinal);
        }

        FolderLock.Acquire(folder.FullName).Dispose();
    }

    [Fact]
    public async Task lock_of_another_process_holds_and_ends_when_it_is_killed()
    {
        if (!OperatingSystem.IsLinux() || !File.Exists("/usr/bin/flock"))
            return;

        FolderLock.Acquire(folder.FullName).Dispose();
        var start = new ProcessStartInfo("/usr/bin/flock", ["--no-fork", Path.Combine(folder.FullName, "lock"), "sleep", "600"]);
        using var other = Process.Start(start)!;
        try
        {
            await Eventually.HoldsAsync("the other process holds the lock", IsLocked);
        }
        finally
        {
            other.Kill();
        }

        await other.WaitForExitAsync();
        await Eventually.HoldsAsync("the lock is free", () => !IsLocked());
    }

    [Fact]
    public void folder_that_is_not_there_is_unavailable() =>
        Assert.Equal(ErrorKind.Unavailable, Assert.Throws<TemporalException>(() => FolderLock.Acquire(Path.Combine(folder.FullName, "none"))).Kind);

    private bool IsLocked()
    {
        try
        {
            FolderLock.Acquire(folder.FullName).Dispose();
            return false;
        }
        catch (TemporalException exception) when (exception.Code == ErrorCodes.FolderLocked)
        {
            return true;
        }
    }
}
