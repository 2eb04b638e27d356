namespace OrleansTemporal.Server.Tests.Crash;

/// <summary>A folder of its own below the system's temporary folder, removed with everything in it.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public TemporaryFolder(string purpose) => Path = Directory.CreateTempSubdirectory($"ot-{purpose}-").FullName;

    public string Path { get; }

    /// <summary>Makes a folder inside.</summary>
    public string Folder(string name) => Directory.CreateDirectory(System.IO.Path.Combine(Path, name)).FullName;

    public void Dispose()
    {
        // OT_KEEP keeps what a failed run left, to look into it.
        if (Environment.GetEnvironmentVariable("OT_KEEP") is null)
            Directory.Delete(Path, recursive: true);
    }
}
