using System.Collections.Immutable;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Encryption;

/// <summary>What facades do with data keys, wherever the key store is: in this process, or behind a grain. Never hands a key itself out.</summary>
public interface IDataKeys
{
    /// <summary>The data keys of a workspace that are not destroyed, by scope and number.</summary>
    ValueTask<ImmutableArray<DataKeyInfo>> ListAsync(string workspace, CancellationToken cancellationToken);

    /// <summary>Makes another key for a scope; from then on it encrypts, and the ones before only decrypt.</summary>
    /// <param name="scope">What it is for.</param>
    /// <param name="id">Its name, under which it is made once however often it is asked for; none for a name of its own.</param>
    /// <param name="cancellationToken">Stops waiting; the key may be made then.</param>
    /// <exception cref="TemporalException">
    /// Invalid, <c>data_keys_full</c>; Unavailable, <c>storage_failed</c>; Gone, <c>value_erased</c>: the key of this name was destroyed.
    /// </exception>
    ValueTask<DataKeyInfo> RotateAsync(DataKeyScope scope, DataKeyId id, CancellationToken cancellationToken);

    /// <summary>The key under which values of a scope are encrypted now; made, durably, when there is none.</summary>
    ValueTask<DataKeyId> NewestAsync(DataKeyScope scope, CancellationToken cancellationToken);

    /// <summary>Says durably that keys encrypt no more. When it answers, nothing that is encrypted under them gets staged any more.</summary>
    ValueTask RetireAsync(ImmutableArray<DataKeyId> keys, CancellationToken cancellationToken);

    /// <summary>Destroys keys for good.</summary>
    ValueTask DestroyAsync(ImmutableArray<DataKeyId> keys, CancellationToken cancellationToken);
}
