using System.Buffers.Binary;
using Microsoft.Extensions.Logging;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Encryption;
using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Caching;
using OrleansTemporal.Storage.Encryption;
using OrleansTemporal.Storage.Hosting;
using OrleansTemporal.Storage.Manifests;
using OrleansTemporal.Storage.Ports;
using OrleansTemporal.Storage.Runs;
using OrleansTemporal.Storage.Segments;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Hosting;

/// <content>What is the same wherever the database is kept.</content>
internal sealed partial class DatabaseParts
{
    // Of the cache's bytes, a quarter may be indexes of segments and a quarter filters and indexes of runs: by default
    // enough for 80 GB of records and 40 million keys. Blocks have what these leave.
    private const int IndexShare = 4;

    /// <summary>Parts over the place that the options name: what a host has plugged in, else a folder of the local disk.</summary>
    public static ValueTask<DatabaseParts> OpenAsync(TemporalOptions options, CancellationToken cancellationToken) =>
        options.Backend is { } backend ? OpenAsync(options, backend, cancellationToken) : OpenLocalAsync(options, cancellationToken);

    /// <summary>Parts over opened ports, which are let go with them, also when this fails.</summary>
    public static async ValueTask<DatabaseParts> AssembleAsync(
        TemporalOptions options, StoragePorts ports, IWorkScheduler scheduler, ISaltSource salts, CancellationToken cancellationToken)
    {
        var storage = options.Storage;
        var cache = new BlockCache(storage.CacheBytesMax);
        var lease = options.Backend is { IsShared: true } ? new FacadeLease(options.Time, FacadeLease.LifetimeDefault) : FacadeLease.Forever;
        var keys = await DataKeyRing.OpenAsync(ports.Keys, salts, scheduler, storage.ValuesPerDataKeyMax, lease, cancellationToken).ConfigureAwait(false);
        var services = new AgentServices
        {
            Logs = ports.Logs,
            Objects = ports.Objects,
            Manifests = new ManifestStore(ports.Objects, RandomOf(salts)),
            Cache = cache,
            Segments = new SegmentCatalog(ports.Objects, cache, storage.CacheBytesMax / IndexShare),
            Runs = new RunCatalog(ports.Objects, cache, storage.CacheBytesMax / IndexShare),
            Clock = new HybridClock(options.Time, ports.Logs.ResumeFrom),
            Time = options.Time,
            Scheduler = scheduler,
            Salts = salts,
            Keys = keys,
            Memory = new MemoryBudget(storage.MemoryBytesMax),
            Options = new AgentOptions
            {
                GenerationBytesMax = storage.GenerationBytesMax,
                MemoryBytesMax = storage.MemoryBytesMax,
                CacheBytesMax = storage.CacheBytesMax,
            },
            Loggers = options.Loggers,
        };
        return new DatabaseParts(services, ports.Owned) { OpenedAtOnce = ports.Agents, ListAgents = ports.ListAgents, Backups = ports.Backups };
    }

    private static async ValueTask<DatabaseParts> OpenAsync(TemporalOptions options, IStorageBackend backend, CancellationToken cancellationToken)
    {
        AllowThreadsToBlock();
        var scheduler = new ThreadPoolWorkScheduler();
        var salts = new CryptographicSaltSource();
        var surroundings = new StorageSurroundings
        {
            Scheduler = scheduler,
            Time = options.Time,
            Random = salts.Fill,
            Loggers = options.Loggers,
            LogBytesMax = options.Storage.JournalBytesMax,
            MasterKey = MasterKeyOf(options.Storage),
        };
        var ports = await backend.OpenAsync(surroundings, cancellationToken).ConfigureAwait(false);
        try
        {
            return await AssembleAsync(options, ports, scheduler, salts, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await new DatabaseParts(null!, ports.Owned).DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static MasterKey? MasterKeyOf(StorageOptions storage)
    {
        if (storage.MasterKeyFile is not { } path)
        {
            return storage.MasterKey is { } text ? MasterKey.Parse(text, nameof(StorageOptions.MasterKey)) : null;
        }

        try
        {
            return MasterKey.Parse(File.ReadAllText(path), $"The file '{path}'");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new TemporalException(ErrorKind.Invalid, ErrorCodes.MasterKeyMissing, $"The file '{path}' of the master key can not be read.", failure);
        }
    }

    // Operation ids need to differ between processes, not to be secret.
    private static Random RandomOf(ISaltSource salts)
    {
        Span<byte> seed = stackalloc byte[sizeof(int)];
        salts.Fill(seed);
        return new Random(BinaryPrimitives.ReadInt32LittleEndian(seed));
    }
}
