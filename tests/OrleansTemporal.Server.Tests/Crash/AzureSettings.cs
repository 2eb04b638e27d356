using OrleansTemporal.Storage.Azure.Tests.Emulation;

namespace OrleansTemporal.Server.Tests.Crash;

/// <summary>What a server is told so that it keeps everything in a container of the emulator.</summary>
internal static class AzureSettings
{
    // Short, so that a takeover in a test is; a takeover waits a second more.
    private const string OwnerLease = "00:00:00.500";

    /// <summary>Settings for a container that nobody else uses.</summary>
    /// <param name="sealBlocks">Few, so that logs go on in new blobs and old ones are removed.</param>
    public static Dictionary<string, string> Of(Azurite azurite, int sealBlocks) => new()
    {
        ["Storage:Azure:ConnectionString"] = azurite.ConnectionString,
        ["Storage:Azure:Container"] = $"t{Guid.NewGuid():n}",
        ["Storage:Azure:OwnerLease"] = OwnerLease,
        ["Storage:Azure:SealBlocks"] = $"{sealBlocks}",
    };
}
