using OrleansTemporal.Encryption;
using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Journal;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Storage.Encryption;

/// <summary>
/// Data keys as objects of a store, in the bytes of <see cref="FileKeyStore"/> and with its marks beside them:
/// <c>.retired</c>, <c>.gone</c>. The master key is never in the store: it has to be configured.
/// </summary>
/// <param name="objects">The store. What it removes must be gone: versions and soft deletion would keep destroyed keys.</param>
/// <param name="master">The configured master key; null when there is none, and then no key can be made or read.</param>
/// <param name="time">When keys are made.</param>
/// <param name="random">Keys, ids and nonces.</param>
public sealed class ObjectKeyStore(IObjectStore objects, MasterKey? master, TimeProvider time, FillRandom random) : IKeyStore
{
    /// <summary>What the paths of keys begin with: a workspace that belongs to no tenant.</summary>
    public const string Prefix = "_system/keys/";

    private const string KeySuffix = ".key";
    private const string RetiredSuffix = ".retired";
    private const string GoneSuffix = ".gone";

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<StoredDataKey>> ListAsync(Func<DataKeyId, bool> isKnown, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(isKnown);
        var names = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var found in objects.ListAsync(Prefix, cancellationToken).ConfigureAwait(false))
        {
            names.Add(found.Path[Prefix.Length..]);
        }

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
    public ValueTask<StoredDataKey> CreateAsync(DataKeyScope scope, int number, CancellationToken cancellationToken) =>
        CreateAsync(scope, number, default, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<StoredDataKey> CreateAsync(DataKeyScope scope, int number, DataKeyId id, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentOutOfRangeException.ThrowIfLessThan(number, 1);
        var wrapping = Master();
        var key = DataKeyFile.Draw(scope, number, id, time, random);
        if (await objects.PutIfMatchAsync(PathOf(key.Id, KeySuffix), DataKeyFile.Encode(key, wrapping, random), null, cancellationToken).ConfigureAwait(false) is not null)
        {
            return key;
        }

        return !id.IsNone && await GetAsync(id, cancellationToken).ConfigureAwait(false) is { } present
            ? present
            : throw new TemporalException(ErrorKind.Internal, ErrorCodes.InvariantBroken, $"There is a data key {key.Id} already, so the source of random ids repeats itself.");
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
    public ValueTask RetireAsync(DataKeyId id, CancellationToken cancellationToken) => MarkAsync(id, RetiredSuffix, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DestroyAsync(DataKeyId id, CancellationToken cancellationToken)
    {
        // From here on it is destroyed whatever happens; a process that dies behind this is followed by one that goes on.
        await MarkAsync(id, GoneSuffix, cancellationToken).ConfigureAwait(false);
        await RemoveAsync(id, cancellationToken).ConfigureAwait(false);
    }

    private static string PathOf(DataKeyId id, string suffix) => $"{Prefix}{id}{suffix}";

    private MasterKey Master() => master ?? throw new TemporalException(
        ErrorKind.Invalid, ErrorCodes.MasterKeyMissing, "Data keys need a master key, which is kept nowhere beside them: configure Storage:MasterKey or Storage:MasterKeyFile.");

    // There already is as good as made now.
    private async ValueTask MarkAsync(DataKeyId id, string suffix, CancellationToken cancellationToken) =>
        await objects.PutIfMatchAsync(PathOf(id, suffix), ReadOnlyMemory<byte>.Empty, null, cancellationToken).ConfigureAwait(false);

    private async ValueTask RemoveAsync(DataKeyId id, CancellationToken cancellationToken)
    {
        await objects.DeleteAsync(PathOf(id, KeySuffix), cancellationToken).ConfigureAwait(false);
        await objects.DeleteAsync(PathOf(id, RetiredSuffix), cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<bool> ExistsAsync(DataKeyId id, string suffix, CancellationToken cancellationToken) =>
        await objects.GetAsync(PathOf(id, suffix), cancellationToken).ConfigureAwait(false) is not null;

    // A damaged object is a key that can not be used: what is written under it is refused, the rest of the store is not.
    private async ValueTask<StoredDataKey> ReadAsync(DataKeyId id, bool isRetired, CancellationToken cancellationToken)
    {
        var path = PathOf(id, KeySuffix);
        var bytes = (await objects.GetAsync(path, cancellationToken).ConfigureAwait(false))?.Content ?? ReadOnlyMemory<byte>.Empty;
        try
        {
            var (stored, isUnwrapped) = DataKeyFile.Decode(bytes.Span, Master(), path);
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
}
