namespace OrleansTemporal.Architecture.Tests.Deployment;

/// <summary>A test that needs the Bicep compiler.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class BicepFactAttribute : FactAttribute
{
    public BicepFactAttribute()
    {
        if (Compiler is null)
        {
            Skip = "The Bicep compiler is not installed: ./test takes it from the package feed.";
        }
    }

    /// <summary>Where it is; null when it is not.</summary>
    public static string? Compiler { get; } = Environment.GetEnvironmentVariable("OT_BICEP") is { Length: > 0 } named && File.Exists(named)
        ? named
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget/packages/azure.bicep.commandline.linux-x64/0.49.2/tools/bicep") is var packaged && File.Exists(packaged) ? packaged : null;
}
