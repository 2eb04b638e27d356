namespace OrleansTemporal.Storage.Azure.Tests.Emulation;

/// <summary>A test with data that needs the emulator.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class AzuriteTheoryAttribute : TheoryAttribute
{
    public AzuriteTheoryAttribute()
    {
        if (Azurite.Installed is null)
            Skip = AzuriteFactAttribute.Reason;
    }
}
