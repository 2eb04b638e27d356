using Microsoft.Extensions.Logging;
using OrleansTemporal.Agents;
using OrleansTemporal.Encryption;
using OrleansTemporal.Storage.Encryption;
using OrleansTemporal.Storage.Hosting;
using OrleansTemporal.Storage.Journal;
using OrleansTemporal.Storage.Local;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Hosting;

/// <content>A folder of the local disk.</content>
internal sealed partial class DatabaseParts
{
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
        var ports = new StoragePorts { Logs = journal, Objects = objects, Keys = KeysOf(options, files, salts), Owned = owned };
        return await AssembleAsync(options, ports, scheduler, salts, cancellationToken).ConfigureAwait(false);
    }

    private static FileKeyStore KeysOf(TemporalOptions options, IFileSystem files, ISaltSource salts)
    {
        var logger = options.Loggers.CreateLogger<DataKeyRing>();
        return new FileKeyStore(files, MasterKeyOf(options.Storage), options.Time, salts.Fill, () => LogMasterKeyBeside(logger, MasterKey.FileName));
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
}
