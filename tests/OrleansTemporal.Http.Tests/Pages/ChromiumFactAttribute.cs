namespace OrleansTemporal.Http.Tests.Pages;

/// <summary>A test that needs a browser.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ChromiumFactAttribute : FactAttribute
{
    private static readonly string[] Places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    public ChromiumFactAttribute()
    {
        if (Browser is null)
        {
            Skip = "Chromium is not installed: apt-get install chromium.";
        }
    }

    /// <summary>Where it is; null when it is not.</summary>
    public static string? Browser { get; } = Environment.GetEnvironmentVariable("OT_CHROMIUM") is { Length: > 0 } named ? named : Array.Find(Places, File.Exists);
}
