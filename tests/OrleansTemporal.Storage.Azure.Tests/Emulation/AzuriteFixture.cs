namespace OrleansTemporal.Storage.Azure.Tests.Emulation;

/// <summary>Starts the emulator when it is installed; the tests that need it are skipped when it is not.</summary>
public sealed class AzuriteFixture : IAsyncLifetime
{
    private Azurite? azurite;

    internal Azurite Azurite => azurite ?? throw new InvalidOperationException("The emulator is not installed.");

    public async Task InitializeAsync() => azurite = Azurite.Installed is null ? null : await Azurite.StartAsync();

    public async Task DisposeAsync()
    {
        if (azurite is not null)
            await azurite.DisposeAsync();
    }
}
