using Azure.Core;
using Azure.Identity;
using Azure.Storage.Blobs;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Lifecycle;
using OrleansTemporal.Storage.Azure.Blobs;
using OrleansTemporal.Storage.Azure.Logs;
using OrleansTemporal.Storage.Encryption;
using OrleansTemporal.Storage.Manifests;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Azure.Hosting;

/// <summary>
/// A database in one container of Azure Blob Storage: logs in append blobs, everything else in block blobs. Several
/// processes may open the same container; each agent belongs to the one that opened it last.
/// </summary>
public sealed class AzureStorage : IStorageBackend
{
    // Of the first blobs of a container those that begin a log are looked for; more agents than these are opened when somebody asks for them.
    private const int BlobsListedMax = 100_000;
    private const int AgentsOpenedMax = 1_024;

    // A request that is not answered for so long is sent again; the largest carries 4 MiB.
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(10);

    private readonly AzureStorageOptions options;

    /// <summary>Describes where the database is; nothing is asked of the service yet.</summary>
    /// <exception cref="ArgumentException">A setting can not work, in words.</exception>
    public AzureStorage(AzureStorageOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        this.options = options;
        Place = $"the container {ContainerOf(options, options.Container, TimeProvider.System, NullLogger.Instance).Uri.GetLeftPart(UriPartial.Path)}";
    }

    /// <inheritdoc/>
    public string Place { get; }

    /// <inheritdoc/>
    public bool IsShared => true;

    /// <inheritdoc/>
    public PriceTable? Prices { get; } = PriceTable.AzureBlobStorage();

    /// <inheritdoc/>
    public async ValueTask<StoragePorts> OpenAsync(StorageSurroundings surroundings, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(surroundings);
        var (time, random) = (surroundings.Time, new Action<Span<byte>>(surroundings.Random.Invoke));
        var logger = surroundings.Loggers.CreateLogger<AzureStorage>();
        var container = ContainerOf(options, options.Container, time, logger);
        var retry = new BlobRetry(time, options.GiveUpAfter);
        var objects = new AzureObjectStore(container, time, random, options.GiveUpAfter);
        await retry.RunAsync(token => ContainerFormat.MakeContainerAsync(container, token), cancellationToken).ConfigureAwait(false);
        await ContainerFormat.EnsureAsync(objects, cancellationToken).ConfigureAwait(false);
        var keys = new ObjectKeyStore(objects, surroundings.MasterKey, time, surroundings.Random);
        var agents = await ListAsync(cancellationToken).ConfigureAwait(false);
        var logs = await AzureCausalLogs.OpenAsync(
            container,
            objects,
            surroundings.Scheduler,
            time,
            random,
            options.LogOptions(surroundings.LogBytesMax),
            surroundings.Loggers.CreateLogger<AzureCausalLogs>(),
            cancellationToken).ConfigureAwait(false);
        var backups = new AzureBackupStores(ContainerOf(options, options.BackupContainerOrDefault, time, logger), time, random, options.GiveUpAfter);
        return new StoragePorts { Logs = logs, Objects = objects, Keys = keys, Backups = backups, Agents = agents, ListAgents = ListAsync, Owned = [logs] };

        ValueTask<IReadOnlyList<AgentId>> ListAsync(CancellationToken token) => retry.RunAsync(once => ListAgentsAsync(container, once), token);
    }

    private static BlobContainerClient ContainerOf(AzureStorageOptions options, string name, TimeProvider time, ILogger logger)
    {
        // What may be sent twice is decided call by call, not by the client.
        var client = new BlobClientOptions { Retry = { MaxRetries = 0, NetworkTimeout = RequestTimeout } };
        client.AddPolicy(new BlobRequestPolicy(time, logger), HttpPipelinePosition.PerRetry);
        if (options.ServiceUri is { Length: > 0 } address)
        {
            var credential = new DefaultAzureCredential(new DefaultAzureCredentialOptions { ManagedIdentityClientId = options.ManagedIdentityClientId });
            return new BlobServiceClient(new Uri(address), credential, client).GetBlobContainerClient(name);
        }

        try
        {
            return new BlobServiceClient(options.ConnectionString, client).GetBlobContainerClient(name);
        }
        catch (Exception malformed) when (malformed is FormatException or ArgumentException)
        {
            throw new ArgumentException($"Storage:Azure:ConnectionString is no connection string of a storage account: {malformed.Message}", malformed);
        }
    }

    private static async ValueTask<IReadOnlyList<AgentId>> ListAgentsAsync(BlobContainerClient container, CancellationToken cancellationToken)
    {
        var agents = new HashSet<AgentId>();
        var listed = 0;
        try
        {
            await foreach (var blob in container.GetBlobsAsync(cancellationToken: cancellationToken).ConfigureAwait(false))
            {
                if (LogPaths.TryParse(blob.Name, out _) && SealedPaths.TryParseAgent(blob.Name, out var agent))
                {
                    agents.Add(agent);
                }

                if (++listed == BlobsListedMax || agents.Count == AgentsOpenedMax)
                {
                    break;
                }
            }
        }
        catch (Exception exception) when (BlobErrors.IsStorage(exception, cancellationToken))
        {
            throw BlobErrors.From(container.Name, "list", exception, changes: false);
        }

        return [.. agents];
    }
}
