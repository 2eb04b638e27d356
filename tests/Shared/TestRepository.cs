namespace OrleansTemporal.Testing;

/// <summary>The repository that the running tests were built from.</summary>
internal static class TestRepository
{
    /// <summary>Folder of <c>OrleansTemporal.sln</c>, found upwards from the test assembly.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Full path of a file or folder given by its path in the repository.</summary>
    public static string PathOf(string relativePath) => Path.Combine(Root, relativePath);

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "OrleansTemporal.sln")))
                return folder.FullName;
        }

        throw new InvalidOperationException($"No OrleansTemporal.sln above {AppContext.BaseDirectory}.");
    }
}
