using OrleansTemporal.Encryption;
using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Journal;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Encryption;

/// <summary>
/// Data keys in files, over any file system: a folder of the local disk, or a memory with faults. A key's file is written
/// once and never again, so its wrapped bytes were only ever in one place, which <see cref="DestroyAsync"/> writes over. What
/// happens to a key afterwards is an empty file beside it: <c>.retired</c>, <c>.gone</c>.
/// </summary>
public sealed class FileKeyStore : IKeyStore
{
    /// <summary>The folder of the keys.</summary>
    public const string Folder = "keys";

    private const string KeySuffix = ".key";
    private const string TemporarySuffix = ".new";
    private const string RetiredSuffix = ".retired";
    private const string GoneSuffix = ".gone";

    private readonly IFileSystem files;
    private readonly TimeProvider time;
    private readonly FillRandom random;
    private readonly Action masterIsGenerated;
    private MasterKey? master;

    /// <summary>Takes the keys of a data folder.</summary>
    /// <param name="files">The data folder.</param>
    /// <param name="master">The configured master key; null for one that the data folder keeps, made with the first data key.</param>
    /// <param name="time">When keys are made.</param>
    /// <param name="random">Keys, ids and nonces: the system's generator in a product.</param>
    /// <param name="masterIsGenerated">Told when data keys are wrapped by a master key beside them.</param>
    public FileKeyStore(IFileSystem files, MasterKey? master, TimeProvider time, FillRandom random, Action masterIsGenerated)
    {
        this.files = files;
        this.master = master;
        this.time = time;
        this.random = random;
        this.masterIsGenerated = masterIsGenerated;
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<StoredDataKey>> ListAsync(Func<DataKeyId, bool> isKnown, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(isKnown);
        var listed = await files.ListAsync(Folder, recursive: false, cancellationToken).ConfigureAwait(false);
        var names = listed.Select(static file => file.Path[(file.Path.LastIndexOf('/') + 1)..]).ToHashSet(StringComparer.Ordinal);
        var keys = new List<StoredDataKey>();
        foreach (var name in names.Order(StringComparer.Ordinal))
        {
            var dot = name.IndexOf('.', StringComparison.Ordinal);
            if (dot < 0 || !DataKeyId.TryParse(name[..dot], out var id))
            {
                continue;
            }

            switch (name[dot..])
            {
                case TemporarySuffix:
                    await files.DeleteAsync($"{Folder}/{name}", cancellationToken).ConfigureAwait(false);
                    break;
                case GoneSuffix:
                    if (names.Contains(id + KeySuffix) || names.Contains(id + RetiredSuffix))
                    {
                        await RemoveAsync(id, cancellationToken).ConfigureAwait(false);
                    }

                    keys.Add(new StoredDataKey { Id = id, State = DataKeyState.Destroyed });
                    break;
                case KeySuffix when !names.Contains(id + GoneSuffix):
                    keys.Add(isKnown(id)
                        ? new StoredDataKey { Id = id, State = names.Contains(id + RetiredSuffix) ? DataKeyState.Retired : DataKeyState.Active }
                        : await ReadAsync(id, names.Contains(id + RetiredSuffix), cancellationToken).ConfigureAwait(false));
                    break;
            }
        }

        return keys;
    }

    /// <inheritdoc/>
    public async ValueTask<StoredDataKey?> GetAsync(DataKeyId id, CancellationToken cancellationToken)
    {
        if (await ExistsAsync(id, GoneSuffix, cancellationToken).ConfigureAwait(false))
        {
            return new StoredDataKey { Id = id, State = DataKeyState.Destroyed };
        }

        return await ExistsAsync(id, KeySuffix, cancellationToken).ConfigureAwait(false)
            ? await ReadAsync(id, await ExistsAsync(id, RetiredSuffix, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false)
            : null;
    }

    /// <inheritdoc/>
    public ValueTask<StoredDataKey> CreateAsync(DataKeyScope scope, int number, CancellationToken cancellationToken) =>
        CreateAsync(scope, number, default, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<StoredDataKey> CreateAsync(DataKeyScope scope, int number, DataKeyId id, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentOutOfRangeException.ThrowIfLessThan(number, 1);
        if (master is null)
        {
            await UseMasterOfFolderAsync(mayCreate: true, cancellationToken).ConfigureAwait(false);
        }

        var key = DataKeyFile.Draw(scope, number, id, time, random);
        var bytes = DataKeyFile.Encode(key, master!, random);
        var temporary = PathOf(key.Id, TemporarySuffix);
        using (var file = await files.OpenAsync(temporary, create: true, cancellationToken).ConfigureAwait(false))
        {
            await file!.SetLengthAsync(bytes.Length, cancellationToken).ConfigureAwait(false);
            await file.WriteAsync(0, bytes, cancellationToken).ConfigureAwait(false);
            await file.FlushAsync(cancellationToken).ConfigureAwait(false);
        }

        await files.RenameAsync(temporary, PathOf(key.Id, KeySuffix), replace: false, cancellationToken).ConfigureAwait(false);
        await files.FlushFolderAsync(Folder, cancellationToken).ConfigureAwait(false);
        await files.FlushFolderAsync("", cancellationToken).ConfigureAwait(false);
        return key;
    }

    /// <inheritdoc/>
    public ValueTask RetireAsync(DataKeyId id, CancellationToken cancellationToken) => MarkAsync(id, RetiredSuffix, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DestroyAsync(DataKeyId id, CancellationToken cancellationToken)
    {
        // From here on it is destroyed whatever happens; a process that dies behind this is followed by one that goes on.
        await MarkAsync(id, GoneSuffix, cancellationToken).ConfigureAwait(false);
        await RemoveAsync(id, cancellationToken).ConfigureAwait(false);
    }

    private static string PathOf(DataKeyId id, string suffix) => $"{Folder}/{id}{suffix}";

    private async ValueTask MarkAsync(DataKeyId id, string suffix, CancellationToken cancellationToken)
    {
        using (var mark = await files.OpenAsync(PathOf(id, suffix), create: true, cancellationToken).ConfigureAwait(false))
        {
            await mark!.FlushAsync(cancellationToken).ConfigureAwait(false);
        }

        await files.FlushFolderAsync(Folder, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask RemoveAsync(DataKeyId id, CancellationToken cancellationToken)
    {
        using (var file = await files.OpenAsync(PathOf(id, KeySuffix), create: false, cancellationToken).ConfigureAwait(false))
        {
            if (file is not null)
            {
                await file.WriteAsync(0, new byte[file.Length], cancellationToken).ConfigureAwait(false);
                await file.FlushAsync(cancellationToken).ConfigureAwait(false);
            }
        }

        await files.DeleteAsync(PathOf(id, KeySuffix), cancellationToken).ConfigureAwait(false);
        await files.DeleteAsync(PathOf(id, RetiredSuffix), cancellationToken).ConfigureAwait(false);
        await files.FlushFolderAsync(Folder, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<bool> ExistsAsync(DataKeyId id, string suffix, CancellationToken cancellationToken)
    {
        using var file = await files.OpenAsync(PathOf(id, suffix), create: false, cancellationToken).ConfigureAwait(false);
        return file is not null;
    }

    // A damaged file is a key that can not be used: what is written under it is refused, the rest of the store is not.
    private async ValueTask<StoredDataKey> ReadAsync(DataKeyId id, bool isRetired, CancellationToken cancellationToken)
    {
        var path = PathOf(id, KeySuffix);
        var bytes = new byte[DataKeyFile.LengthMax + 1];
        int length;
        using (var file = await files.OpenAsync(path, create: false, cancellationToken).ConfigureAwait(false))
        {
            length = file is null ? 0 : await file.ReadAsync(0, bytes, cancellationToken).ConfigureAwait(false);
        }

        if (master is null)
        {
            await UseMasterOfFolderAsync(mayCreate: false, cancellationToken).ConfigureAwait(false);
        }

        try
        {
            var (stored, isUnwrapped) = DataKeyFile.Decode(bytes.AsSpan(0, length), master, path);
            return !isUnwrapped ? throw new TemporalException(
                    ErrorKind.Invalid, ErrorCodes.MasterKeyWrong, $"The data key {id} was not wrapped by this master key. Nothing was changed; configure the one that the data was written with.")
                : stored.Id != id ? new StoredDataKey { Id = id, State = DataKeyState.Active }
                : isRetired ? stored with { State = DataKeyState.Retired }
                : stored;
        }
        catch (TemporalException damaged) when (damaged.Kind == ErrorKind.Corrupt)
        {
            return new StoredDataKey { Id = id, State = DataKeyState.Active };
        }
    }

    private async ValueTask UseMasterOfFolderAsync(bool mayCreate, CancellationToken cancellationToken)
    {
        master = await MasterKey.FindAsync(files, cancellationToken).ConfigureAwait(false)
            ?? (mayCreate ? await MasterKey.CreateAsync(files, random, cancellationToken).ConfigureAwait(false) : null)
            ?? throw new TemporalException(
                ErrorKind.Invalid, ErrorCodes.MasterKeyMissing, $"There are data keys, but neither a configured master key nor the file '{MasterKey.FileName}' of the data folder.");
        masterIsGenerated();
    }
}
