using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using OrleansTemporal.Agents;
using OrleansTemporal.Causality;
using OrleansTemporal.Encryption;
using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Caching;
using OrleansTemporal.Storage.Encryption;
using OrleansTemporal.Storage.Hosting;
using OrleansTemporal.Storage.Journal;
using OrleansTemporal.Storage.Local;
using OrleansTemporal.Storage.Manifests;
using OrleansTemporal.Storage.Ports;
using OrleansTemporal.Storage.Runs;
using OrleansTemporal.Storage.Segments;

namespace OrleansTemporal.Hosting;

internal sealed partial class DatabaseParts
{
    // Of the cache's bytes, a quarter may be indexes of segments and a quarter filters and indexes of runs: by default
    // enough for 80 GB of records and 40 million keys. Blocks have what these leave.
    private const int IndexShare = 4;

    private const int BlockedThreadsPerProcessor = 4;

    /// <summary>Parts over a folder of the local disk, locked for this process.</summary>
    public static async ValueTask<DatabaseParts> OpenLocalAsync(TemporalOptions options, CancellationToken cancellationToken)
    {
        var owned = new List<object>();
        AllowThreadsToBlock();
        try
        {
            var files = new LocalFileSystem(options.DataDirectory);
            owned.Add(FolderLock.Acquire(files.Root));
            await DataFolderFormat.EnsureAsync(files, cancellationToken).ConfigureAwait(false);
            return await OpenAsync(options, files, new ThreadPoolWorkScheduler(), new CryptographicSaltSource(), JournalDriver.Threaded, owned, cancellationToken)
                .ConfigureAwait(false);
        }
        catch
        {
            await new DatabaseParts(null!, owned).DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Parts over any file system: the local disk, or a simulation's memory.</summary>
    /// <param name="owned">What is let go with the parts; what is made here is put in front.</param>
    public static async ValueTask<DatabaseParts> OpenAsync(
        TemporalOptions options,
        IFileSystem files,
        IWorkScheduler scheduler,
        ISaltSource salts,
        JournalDriver driver,
        List<object> owned,
        CancellationToken cancellationToken)
    {
        var storage = options.Storage;
        var objects = await LocalObjectStore.OpenAsync(files, scheduler, cancellationToken: cancellationToken).ConfigureAwait(false);
        owned.Insert(0, objects);
        var journal = await SharedJournal.OpenAsync(
            files,
            scheduler,
            options.Time,
            salts.Fill,
            new JournalOptions
            {
                FileBytes = storage.JournalFileBytes,
                FirstFileBytes = Math.Min(storage.JournalFileBytes, JournalOptions.FirstFileBytesDefault),
                JournalBytesMax = storage.JournalBytesMax,
                Driver = driver,
            },
            options.Loggers.CreateLogger<SharedJournal>(),
            cancellationToken).ConfigureAwait(false);
        owned.Insert(0, journal);
        var keys = await OpenKeysAsync(options, files, scheduler, salts, cancellationToken).ConfigureAwait(false);
        var cache = new BlockCache(storage.CacheBytesMax);
        var services = new AgentServices
        {
            Logs = journal,
            Objects = objects,
            Manifests = new ManifestStore(objects, RandomOf(salts)),
            Cache = cache,
            Segments = new SegmentCatalog(objects, cache, storage.CacheBytesMax / IndexShare),
            Runs = new RunCatalog(objects, cache, storage.CacheBytesMax / IndexShare),
            Clock = new HybridClock(options.Time, journal.ResumeFrom),
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
        return new DatabaseParts(services, owned);
    }

    private static async ValueTask<DataKeyRing> OpenKeysAsync(
        TemporalOptions options, IFileSystem files, IWorkScheduler scheduler, ISaltSource salts, CancellationToken cancellationToken)
    {
        var logger = options.Loggers.CreateLogger<DataKeyRing>();
        var store = new FileKeyStore(files, MasterKeyOf(options.Storage), options.Time, salts.Fill, () => LogMasterKeyBeside(logger, MasterKey.FileName));
        return await DataKeyRing.OpenAsync(store, salts, scheduler, options.Storage.ValuesPerDataKeyMax, cancellationToken).ConfigureAwait(false);
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

    [LoggerMessage(Level = LogLevel.Warning, Message = "Data keys are wrapped by a master key that this process made, in the file {File} of the data folder: keep it out of backups, or configure Storage:MasterKey")]
    private static partial void LogMasterKeyBeside(ILogger logger, string file);

    // A flush or a seal holds a thread of the pool while the disk works. The pool would wait half a second before it starts
    // another one, and callers with it; measured, a fifth of the rate of durable puts.
    private static void AllowThreadsToBlock()
    {
        ThreadPool.GetMinThreads(out var workers, out var ports);
        ThreadPool.SetMinThreads(Math.Max(workers, Environment.ProcessorCount * BlockedThreadsPerProcessor), ports);
    }

    // Operation ids need to differ between processes, not to be secret.
    private static Random RandomOf(ISaltSource salts)
    {
        Span<byte> seed = stackalloc byte[sizeof(int)];
        salts.Fill(seed);
        return new Random(BinaryPrimitives.ReadInt32LittleEndian(seed));
    }
}
