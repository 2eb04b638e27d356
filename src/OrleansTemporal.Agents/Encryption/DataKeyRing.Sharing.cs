using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Ports;
using OrleansTemporal.Workspaces;

namespace OrleansTemporal.Encryption;

/// <content>
/// What other processes do to the keys of a store that they share. What was read is good for the lease; under a key that was
/// read longer ago nothing is staged before the store was asked again, and whoever retires a key waits that long.
/// </content>
public sealed partial class DataKeyRing
{
    // A process that nobody asks for encrypted values still lets go of keys that others have destroyed.
    private const int LeasesWithoutReading = 10;

    private readonly FacadeLease lease;
    private long readAt;

    /// <summary>Whether other processes may have changed keys since they were read; never where nobody else has the store.</summary>
    internal bool IsStale => !lease.IsFresh(Volatile.Read(ref readAt));

    /// <summary>Whether the store has to be asked before something is written under a key.</summary>
    internal bool MustRead(DataKeyId id) => IsStale || (lease.IsBounded && !keys.ContainsKey(id) && !destroyed.ContainsKey(id));

    /// <summary>Reads what others have done up to now, where the store is shared. One listing, and a read for each key that is new.</summary>
    /// <exception cref="TemporalException">Unavailable, <c>storage_failed</c>; Invalid, <c>master_key_wrong</c>.</exception>
    internal async ValueTask CatchUpAsync(CancellationToken cancellationToken)
    {
        if (!lease.IsBounded)
        {
            return;
        }

        // Of those who ask at once one reads, and what it reads is new enough for all.
        var asked = lease.Now;
        await changing.EnterAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (Volatile.Read(ref readAt) <= asked)
            {
                await ReadAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            changing.Exit();
        }
    }

    /// <summary>Housekeeping: lets go of keys that others have destroyed, when nothing was read for long.</summary>
    internal ValueTask ForgetDestroyedAsync(CancellationToken cancellationToken) =>
        keys.IsEmpty || lease.IsFresh(Volatile.Read(ref readAt), LeasesWithoutReading) ? ValueTask.CompletedTask : CatchUpAsync(cancellationToken);

    private ValueTask ReadIfStaleAsync(CancellationToken cancellationToken) => IsStale ? ReadAsync(cancellationToken) : ValueTask.CompletedTask;

    // In turn with changes, or before anybody knows the ring.
    private async ValueTask ReadAsync(CancellationToken cancellationToken)
    {
        var now = lease.Now;
        foreach (var stored in await store.ListAsync(keys.ContainsKey, cancellationToken).ConfigureAwait(false))
        {
            Take(stored);
        }

        Volatile.Write(ref readAt, now);
    }

    private void Take(StoredDataKey stored)
    {
        if (!keys.TryGetValue(stored.Id, out var known))
        {
            if (stored.State == DataKeyState.Destroyed)
            {
                destroyed[stored.Id] = true;
            }
            else
            {
                Add(stored);
            }
        }
        else if (stored.State == DataKeyState.Destroyed)
        {
            Forget(known);
        }
        else if (stored.State == DataKeyState.Retired)
        {
            known.Retire();
        }
    }
}
