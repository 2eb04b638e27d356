using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using OrleansTemporal.Hosting;
using OrleansTemporal.Storage.Azure.Hosting;
using OrleansTemporal.Storage.Azure.Tests.Emulation;

namespace OrleansTemporal.Storage.Azure.Tests.Hosting;

/// <summary>Databases over one container of the emulator, as a process opens them.</summary>
internal sealed class AzureDatabase
{
    /// <summary>Short, so that a takeover in a test is.</summary>
    public static readonly TimeSpan OwnerLease = TimeSpan.FromMilliseconds(200);

    private readonly string connectionString;

    private AzureDatabase(string connectionString, BlobContainerClient container) => (this.connectionString, Container) = (connectionString, container);

    public BlobContainerClient Container { get; }

    /// <summary>The settings that each database is opened with.</summary>
    public StorageOptions Storage { get; } = new();

    /// <summary>The container that backups are in; this one's own when null.</summary>
    public string? Backups { get; init; }

    /// <summary>Blocks of a log at which an agent is sealed.</summary>
    public int SealBlocks { get; init; } = 256;

    public static AzureDatabase In(Azurite azurite, int sealBlocks = 256, string? backups = null) =>
        new(azurite.ConnectionString, azurite.Container($"t{Guid.NewGuid():n}")) { SealBlocks = sealBlocks, Backups = backups };

    public async Task<TemporalDatabase> OpenAsync(TimeProvider? time = null) => await TemporalDatabase.OpenAsync(new TemporalOptions
    {
        Backend = new AzureStorage(new AzureStorageOptions
        {
            ConnectionString = connectionString,
            Container = Container.Name,
            BackupContainer = Backups,
            OwnerLease = OwnerLease,
            AppendInterval = TimeSpan.FromMilliseconds(1),
            SealBlocks = SealBlocks,
        }),
        Storage = Storage,
        Time = time ?? TimeProvider.System,
    });

    public async Task<List<string>> NamesAsync()
    {
        var names = new List<string>();
        await foreach (var blob in Container.GetBlobsAsync())
            names.Add(blob.Name);
        return names;
    }

    /// <summary>The blobs in which some bytes stand.</summary>
    public async Task<List<string>> FindAsync(byte[] wanted)
    {
        var found = new List<string>();
        foreach (var name in await NamesAsync())
        {
            try
            {
                var content = (await Container.GetBlobClient(name).DownloadContentAsync()).Value.Content.ToArray();
                if (content.AsSpan().IndexOf(wanted) >= 0)
                    found.Add(name);
            }
            catch (global::Azure.RequestFailedException removed) when (removed.ErrorCode == BlobErrorCode.BlobNotFound.ToString())
            {
                continue;
            }
        }

        return found;
    }
}
