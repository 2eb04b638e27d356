using OrleansTemporal.Storage.Azure.Logs;

namespace OrleansTemporal.Storage.Azure.Hosting;

/// <summary>
/// Which container holds a database, and how it is used. Bound from the section <c>OrleansTemporal:Storage:Azure</c> by the
/// server.
/// </summary>
public sealed class AzureStorageOptions
{
    /// <summary>Name of the container when nobody says another.</summary>
    public const string ContainerDefault = "orleanstemporal";

    private const long LogBytesMaxUnlimited = long.MaxValue;
    private const int ContainerLengthMin = 3;
    private const int ContainerLengthMax = 63;

    /// <summary>Connection string of the storage account, with its key; for the emulator and for tests. Either this or <see cref="ServiceUri"/>.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>Address of the account's blob service, such as <c>https://account.blob.core.windows.net</c>; the process then signs in as itself: by its managed identity, or as whatever <c>DefaultAzureCredential</c> finds.</summary>
    public string? ServiceUri { get; set; }

    /// <summary>Client id of a user-assigned managed identity; null for the one that the machine has.</summary>
    public string? ManagedIdentityClientId { get; set; }

    /// <summary>Name of the container; it is made when it is not there and the process may make it.</summary>
    public string Container { get; set; } = ContainerDefault;

    /// <summary>Name of the container for backups; <see cref="Container"/> with <c>-backups</c> behind it when null. Made with the first backup.</summary>
    public string? BackupContainer { get; set; }

    internal string BackupContainerOrDefault => BackupContainer ?? Container + "-backups";

    /// <summary>How long the owner of an agent answers reads without asking the service whether it still is; a takeover after a crash waits that long and a second more.</summary>
    public TimeSpan OwnerLease { get; set; } = AzureLogOptions.OwnerLeaseDefault;

    /// <summary>Least time between two appends of one agent: it bounds what a busy agent costs, and delays writes by at most that much.</summary>
    public TimeSpan AppendInterval { get; set; } = AzureLogOptions.AppendIntervalDefault;

    /// <summary>How long reads and takeovers are tried while the service does not answer.</summary>
    public TimeSpan GiveUpAfter { get; set; } = AzureLogOptions.GiveUpAfterDefault;

    /// <summary>Blocks of one agent's log at which it is sealed.</summary>
    public int SealBlocks { get; set; } = AzureLogOptions.SealBlocksDefault;

    /// <summary>Refuses settings that can not work.</summary>
    /// <exception cref="ArgumentException">In words, naming the setting.</exception>
    public void Validate()
    {
        Require(!string.IsNullOrWhiteSpace(ConnectionString) || !string.IsNullOrWhiteSpace(ServiceUri), "Storage:Azure needs a ConnectionString, or the ServiceUri of the blob service to sign in to with a managed identity.");
        Require(string.IsNullOrWhiteSpace(ConnectionString) || string.IsNullOrWhiteSpace(ServiceUri), "Storage:Azure has both a ConnectionString and a ServiceUri; it needs one of them.");
        Require(
            string.IsNullOrWhiteSpace(ServiceUri) || (Uri.TryCreate(ServiceUri, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttps),
            "Storage:Azure:ServiceUri is an https address, such as https://account.blob.core.windows.net.");
        Require(ManagedIdentityClientId is null || !string.IsNullOrWhiteSpace(ServiceUri), "Storage:Azure:ManagedIdentityClientId goes with a ServiceUri.");
        Require(IsContainerName(Container), $"Storage:Azure:Container '{Container}' is no name of a container: 3 to 63 lower-case letters, digits and single hyphens between them.");
        Require(BackupContainerOrDefault != Container && IsContainerName(BackupContainerOrDefault), $"Storage:Azure:BackupContainer '{BackupContainerOrDefault}' is no name of another container.");
        LogOptions(LogBytesMaxUnlimited).Validate();
    }

    internal AzureLogOptions LogOptions(long logBytesMax) => new()
    {
        OwnerLease = OwnerLease,
        AppendInterval = AppendInterval,
        GiveUpAfter = GiveUpAfter,
        SealBlocks = SealBlocks,
        LogBytesMax = logBytesMax,
    };

    private static bool IsContainerName(string name) =>
        name.Length is >= ContainerLengthMin and <= ContainerLengthMax
        && name.All(static letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '-')
        && name[0] != '-' && name[^1] != '-' && !name.Contains("--", StringComparison.Ordinal);

    private static void Require(bool holds, string message)
    {
        if (!holds)
        {
            throw new ArgumentException(message);
        }
    }
}
