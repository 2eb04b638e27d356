namespace OrleansTemporal.Storage.Azure.Tests.Emulation;

/// <summary>A test that needs the emulator.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class AzuriteFactAttribute : FactAttribute
{
    internal const string Reason = "Azurite is not installed: ./test installs it when npm is there.";

    public AzuriteFactAttribute()
    {
        if (Azurite.Installed is null)
            Skip = Reason;
    }
}
